package parrot.jobs.preprocess;

import parrot.datasets.image.ImageRules;
import picocli.CommandLine.Option;

/** Options that say how an image is read. */
final class ImageOptions {
  @Option(
      names = "--orientation",
      defaultValue = "ignore",
      paramLabel = "NAME",
      description =
          "What is done with the orientation that a camera writes into EXIF: ignore, as published,"
              + " or apply (default: ${DEFAULT-VALUE}).")
  private ImageRules.Orientation orientation;

  @Option(
      names = "--deep-grey",
      defaultValue = "clip",
      paramLabel = "NAME",
      description =
          "How grey of 16 bits becomes grey of 8: clip (what is above 255 becomes white, as"
              + " published) or scale (the high byte) (default: ${DEFAULT-VALUE}).")
  private ImageRules.DeepGrey deepGrey;

  ImageRules rules() {
    return new ImageRules(orientation, deepGrey);
  }
}

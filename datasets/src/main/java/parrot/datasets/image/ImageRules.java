package parrot.datasets.image;

import java.io.Serializable;

/**
 * What is done with images that people read differently.
 *
 * @param orientation what becomes of the orientation that a camera writes into EXIF
 * @param deepGrey how grey of 16 bits becomes grey of 8
 */
public record ImageRules(Orientation orientation, DeepGrey deepGrey) implements Serializable {
  /** As the published code reads images. */
  public static final ImageRules PUBLISHED = new ImageRules(Orientation.IGNORE, DeepGrey.CLIP);

  /** What becomes of EXIF's orientation. */
  public enum Orientation {
    /** Rows of pixels stay as they are stored. */
    IGNORE,
    /** The image is turned as a viewer shows it. */
    APPLY
  }

  /** How grey of 16 bits becomes grey of 8. */
  public enum DeepGrey {
    /** What is above 255 becomes 255, as in Pillow. */
    CLIP,
    /** The high byte is taken. */
    SCALE
  }

  @Override
  public String toString() {
    return orientation + " " + deepGrey;
  }
}

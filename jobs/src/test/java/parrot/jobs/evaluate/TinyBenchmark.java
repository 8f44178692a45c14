package parrot.jobs.evaluate;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import parrot.datasets.shapes.ShapesConfig;
import parrot.datasets.shapes.ShapesWriter;

/** Questions of Shapes about images of 28 pixels, as MMMB in six languages. */
public final class TinyBenchmark {
  private TinyBenchmark() {}

  /**
   * @param folder to make a world in
   * @return the folder of the tables, in it
   */
  public static Path write(Path folder, int questions) throws IOException {
    ShapesConfig config =
        ShapesConfig.builder()
            .captions(0)
            .conversations(0)
            .heldout(0)
            .benchmarkQuestions(questions)
            .imageSize(28)
            .build();
    FileSystem files = FileSystem.getLocal(new Configuration());
    files.setWriteChecksum(false);
    new ShapesWriter(config, files, new org.apache.hadoop.fs.Path(folder.toUri()), count -> {})
        .write();
    return folder.resolve("benchmark");
  }
}

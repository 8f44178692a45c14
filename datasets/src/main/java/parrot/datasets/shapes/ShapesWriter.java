package parrot.datasets.shapes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import parrot.datasets.DataException;
import parrot.datasets.conversation.Turn;
import parrot.datasets.language.Language;
import parrot.datasets.storage.AtomicFolder;

/**
 * Writes a world as files, local or in HDFS, one example at a time:
 *
 * <pre>
 * train/captions.json, train/conversations.json, train/text.json   LLaVA JSON; an example a line
 * heldout/...                                                      the same
 * images/train/000/000000.jpg                                      named from the root
 * benchmark/MMMB_en.tsv, MMMB_cn.tsv, ...                          the benchmark's format
 * tokenizer.json                                                   the world's tokenizer
 * _SUCCESS                                                         written last
 * </pre>
 */
public final class ShapesWriter {
  private final ShapesWorld world;
  private final FileSystem files;
  private final Path target;
  private final boolean replace;
  private final LongConsumer progress;
  private Path root;
  private long written;

  /** Writes a folder that must not exist. */
  public ShapesWriter(ShapesConfig config, FileSystem files, Path target, LongConsumer progress) {
    this(config, files, target, false, progress);
  }

  /**
   * @param target the folder to appear
   * @param replace whether it may exist
   * @param progress told the number of examples and benchmark questions written so far
   */
  public ShapesWriter(
      ShapesConfig config, FileSystem files, Path target, boolean replace, LongConsumer progress) {
    this.world = new ShapesWorld(config);
    // The checksumming local file system would leave a hidden .crc file beside each image.
    this.files = files instanceof LocalFileSystem local ? local.getRawFileSystem() : files;
    this.target = target;
    this.replace = replace;
    this.progress = progress;
  }

  /** What {@code progress} is told at the end. */
  public static long total(ShapesConfig config) {
    long kinds = (config.captions() > 0 ? 1 : 0) + (config.conversations() > 0 ? 1 : 0);
    kinds += config.text() > 0 ? 1 : 0;
    return (long) config.captions()
        + config.conversations()
        + config.text()
        + kinds * config.heldout()
        + config.benchmarkQuestions();
  }

  /**
   * Writes everything; the folder appears when it is complete.
   *
   * @throws DataException if the folder exists and may not be replaced
   */
  public void write() throws IOException {
    try (AtomicFolder folder = AtomicFolder.create(files, target, replace)) {
      root = folder.path();
      written = 0;
      writeAll();
      folder.publish();
    }
  }

  private void writeAll() throws IOException {
    ShapesConfig config = world.config();
    write(Split.TRAIN, config.captions(), config.conversations(), config.text());
    write(
        Split.HELDOUT,
        config.captions() > 0 ? config.heldout() : 0,
        config.conversations() > 0 ? config.heldout() : 0,
        config.text() > 0 ? config.heldout() : 0);
    if (config.benchmarkQuestions() > 0) {
      benchmark();
    }
    try (OutputStream out = create(new Path(root, "tokenizer.json"))) {
      out.write(ShapesTokenizer.json().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void write(Split split, int captions, int conversations, int text) throws IOException {
    Path folder = new Path(root, split.tag());
    if (captions > 0) {
      llava(folder, "captions.json", world.captions(split, 0, captions), split, 0);
    }
    if (conversations > 0) {
      // The images of these indexes lie there already.
      Iterator<ShapesExample> examples = world.conversations(split, 0, conversations);
      llava(folder, "conversations.json", examples, split, captions);
    }
    if (text > 0) {
      llava(folder, "text.json", world.texts(split, 0, text), split, 0);
    }
  }

  private void llava(
      Path folder, String name, Iterator<ShapesExample> examples, Split split, long paintFrom)
      throws IOException {
    try (OutputStream out = create(new Path(folder, name));
        JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
      json.writeStartArray();
      while (examples.hasNext()) {
        ShapesExample example = examples.next();
        json.writeRaw('\n');
        json.writeStartObject();
        json.writeStringField("id", example.id());
        if (example.hasImage()) {
          json.writeStringField("image", image(example, split, paintFrom));
        }
        json.writeStringField("language", example.language().tag());
        json.writeArrayFieldStart("conversations");
        for (Turn turn : example.turns()) {
          json.writeStartObject();
          json.writeStringField("from", turn.role().tag());
          json.writeStringField("value", turn.value());
          json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        progress.accept(++written);
      }
      json.writeRaw('\n');
      json.writeEndArray();
      json.writeRaw('\n');
    }
  }

  /** Writes the image if its index is at least {@code paintFrom}; its path from the root. */
  private String image(ShapesExample example, Split split, long paintFrom) throws IOException {
    ImageEncoding format = ImageEncoding.of(example.imageSeed(), world.config().jpegShare());
    long index = example.imageIndex();
    String name =
        String.format(
            Locale.ROOT,
            "images/%s/%03d/%06d.%s",
            split.tag(),
            index / 1000,
            index,
            format.extension());
    if (index >= paintFrom) {
      try (OutputStream out = create(new Path(root, name))) {
        out.write(format.encode(world.image(example)));
      }
    }
    return name;
  }

  private void benchmark() throws IOException {
    List<BenchmarkWriter> writers = new ArrayList<>();
    try {
      for (Language language : Language.PUBLISHED) {
        Path path = new Path(root, "benchmark/MMMB_" + language.benchmarkSuffix() + ".tsv");
        writers.add(new BenchmarkWriter(create(path), language));
      }
      Iterator<BenchmarkQuestion> questions =
          world.benchmarks(0, world.config().benchmarkQuestions());
      while (questions.hasNext()) {
        BenchmarkQuestion question = questions.next();
        byte[] image =
            ImageEncoding.of(question.imageSeed(), world.config().jpegShare())
                .encode(world.image(question));
        for (BenchmarkWriter writer : writers) {
          writer.write(question, image);
        }
        progress.accept(++written);
      }
    } finally {
      for (BenchmarkWriter writer : writers) {
        writer.close();
      }
    }
  }

  private OutputStream create(Path path) throws IOException {
    if (files instanceof RawLocalFileSystem local) {
      // Hadoop would start a process for each file, to set its mode.
      java.nio.file.Path file = local.pathToFile(path).toPath();
      Files.createDirectories(file.getParent());
      return new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
    }
    return new BufferedOutputStream(files.create(path, false));
  }
}

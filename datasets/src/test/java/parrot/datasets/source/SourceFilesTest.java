package parrot.datasets.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import parrot.datasets.DataException;
import parrot.datasets.storage.FileSystems;
import parrot.datasets.storage.StoredStream;

class SourceFilesTest {
  @TempDir java.nio.file.Path scratch;
  private final PassedOver passedOver = new PassedOver();
  private FileSystem files;
  private Path folder;

  @BeforeEach
  void open() {
    folder = new Path(scratch.toUri());
    files = FileSystems.of(folder, new Configuration());
  }

  @Test
  void searchesAFolderWithAllFoldersInItWhateverTheNames() throws IOException {
    write("b.jsonl", "a.json", "C.JSONL", "d.jsonl.gz", "e.ndjson", "part-00000", "sub/f.json");
    write("sub/deeper/g.txt", "out/manifest.json", "_SUCCESS", "._a.jsonl", "1.jpg", "sub/2.PNG");
    write(".ipynb_checkpoints/a.jsonl", "model.safetensors");
    Path out = new Path(folder, "out");

    assertThat(names(SourceFiles.find(files, folder, path -> !path.equals(out), passedOver)))
        .containsExactly(
            "C.JSONL",
            "a.json",
            "b.jsonl",
            "d.jsonl.gz",
            "e.ndjson",
            "part-00000",
            "g.txt",
            "f.json");
    assertThat(passedOver.groups().get("image by its name").files()).isEqualTo(2);
    assertThat(passedOver.groups().get("model weights by its name").files()).isEqualTo(1);
    assertThat(passedOver.groups().get("hidden by the dot or underscore of its name").names())
        .containsExactlyInAnyOrder("_SUCCESS", "._a.jsonl", ".ipynb_checkpoints");
  }

  /** As left behind by a disk that is not mounted; Hadoop's list of the folder leaves them out. */
  @Test
  void refusesLinksOfRowsThatLeadNowhereAndNamesOthers() throws IOException {
    write("a.json");
    Files.createSymbolicLink(scratch.resolve("notes"), scratch.resolve("gone"));
    assertThat(names(find(folder))).containsExactly("a.json");
    assertThat(passedOver.groups().get("link that leads nowhere").names()).containsExactly("notes");
    Files.createSymbolicLink(scratch.resolve("b.jsonl"), scratch.resolve("gone"));
    assertThatThrownBy(() -> find(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("b.jsonl: it is a link to " + scratch.resolve("gone"));
  }

  @Test
  void passesSilentlyOverFilesThatWereDeletedSinceTheyWereListed() throws IOException {
    SourceFiles.reportIfUnseen(scratch.resolve("gone.jsonl"), passedOver);
    SourceFiles.reportIfUnseen(scratch.resolve("gone"), passedOver);
    assertThat(passedOver.groups()).isEmpty();
  }

  /** Opening one would wait for ever. */
  @Test
  void passesOverSocketsAndPipesInAFolderAndRefusesOneByItsName() throws IOException {
    write("a.json");
    java.nio.file.Path socket = scratch.resolve("s.jsonl");
    try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      assertThat(names(find(folder))).containsExactly("a.json");
      assertThat(passedOver.groups().get("pipe, socket or device").names())
          .containsExactly("s.jsonl");
      assertThatThrownBy(() -> find(new Path(folder, "s.jsonl")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("s.jsonl: it is a pipe or a device");
    }
  }

  @Test
  void opensAFileWithAColonInItsName() throws IOException {
    write("part:0.json");
    Path file = find(folder).get(0).path();
    assertThat(file.getName()).isEqualTo("part:0.json");
    try (var in = StoredStream.open(files, file)) {
      assertThat(in.readAllBytes()).hasSize((int) files.getFileStatus(file).getLen());
    }
  }

  @Test
  void endsWhereLinksGoRound() throws IOException {
    write("sub/a.json");
    Files.createSymbolicLink(scratch.resolve("sub/up"), scratch);
    Files.createSymbolicLink(scratch.resolve("again"), scratch.resolve("sub"));
    assertThat(names(find(folder))).containsExactly("a.json");
  }

  @Test
  void takesAFileByItsNameAndAPatternForWhatItMatches() throws IOException {
    write("a.json", "b.json", "[x].json", "_c.json", "d.txt");
    assertThat(find(new Path(folder, "_c.json"))).allMatch(SourceFiles.Candidate::named).hasSize(1);
    assertThat(names(find(new Path(folder, "[x].json")))).containsExactly("[x].json");
    assertThat(names(find(new Path(folder, "*.json"))))
        .containsExactly("[x].json", "a.json", "b.json");
    assertThat(passedOver.groups()).hasSize(1);
    assertThatThrownBy(() -> find(new Path(folder, "e.json")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("e.json: it does not exist");
  }

  @Test
  void knowsWhichNamesPromiseRows() throws IOException {
    write("a.json", "b.JSONL.GZ", "c.ndjson.zst", "d", "e.txt", "README.md");
    assertThat(names(find(folder).stream().filter(SourceFiles.Candidate::promisesRows).toList()))
        .containsExactly("a.json", "b.JSONL.GZ", "c.ndjson.zst");
  }

  @Test
  void knowsThatArchivesAndParquetPromiseRows() throws IOException {
    write("a.tar", "b.tar.gz", "c.TGZ", "d.tbz2", "e.parquet", "f.zip", "g.csv");
    assertThat(names(find(folder).stream().filter(SourceFiles.Candidate::promisesRows).toList()))
        .containsExactly("a.tar", "b.tar.gz", "c.TGZ", "d.tbz2", "e.parquet");
  }

  private List<SourceFiles.Candidate> find(Path input) throws IOException {
    return SourceFiles.find(files, input, path -> true, passedOver);
  }

  private static List<String> names(List<SourceFiles.Candidate> found) {
    return found.stream().map(file -> file.path().getName()).toList();
  }

  private void write(String... names) throws IOException {
    for (String name : names) {
      java.nio.file.Path file = scratch.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");
    }
  }
}

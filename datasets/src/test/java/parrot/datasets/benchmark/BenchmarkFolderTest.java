package parrot.datasets.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import parrot.datasets.DataException;
import parrot.datasets.storage.FileSystems;

/** Of a folder, every table is read or refused by name: none is passed over in silence. */
class BenchmarkFolderTest {
  @TempDir java.nio.file.Path scratch;
  private FileSystem files;

  @BeforeEach
  void open() {
    files = FileSystems.of(new Path(scratch.toUri()), new Configuration());
  }

  @Test
  void hasTablesWhateverTheCaseAndThoseOfTheFoldersInIt() throws IOException {
    write("MMMB_en.tsv", "MMMB_ru.TSV", "MMMB_pt.xlsx", "README.md", "images/1.jpg");
    write("MMMB_tr/MMMB_tr.tsv", "MMMB_en/MMMB_en.tsv", ".cache/MMMB_ar.tsv", "._MMMB_en.tsv");
    write("~$MMMB_pt.xlsx", "MMMB_tr/predictions.parquet");
    assertThat(tables())
        .containsExactlyInAnyOrder("MMMB_en.tsv", "MMMB_ru.TSV", "MMMB_pt.xlsx", "MMMB_tr.tsv");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MMMB_ru.tsv.gz",
        "MMMB_ru.TSV.ZST",
        "MMMB_ru.xls",
        "MMMB_ru.xlsx.zip",
        "ru/MMMB_ru.tsv.gz"
      })
  void refusesTablesInFormsThatAreNotReadBesideOthers(String name) throws IOException {
    write("MMMB_en.tsv", name);
    assertThatThrownBy(this::tables)
        .isInstanceOf(DataException.class)
        .hasMessageContaining(name + ": only .tsv and .xlsx are read");
  }

  @Test
  void refusesFoldersWithoutTablesAndThoseThatAreNotThere() throws IOException {
    write("README.md", "sub/x.json");
    assertThatThrownBy(this::tables)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("the folder holds no .tsv or .xlsx file");
    assertThatThrownBy(
            () -> BenchmarkFolder.tables(files, new Path(scratch.resolve("gone").toUri())))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("there is no such file or folder");
  }

  private List<String> tables() throws IOException {
    return BenchmarkFolder.tables(files, new Path(scratch.toUri())).stream()
        .map(Path::getName)
        .toList();
  }

  private void write(String... names) throws IOException {
    for (String name : names) {
      java.nio.file.Path file = scratch.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");
    }
  }
}

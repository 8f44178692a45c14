package parrot.jobs.evaluate;

import java.util.Optional;
import parrot.datasets.DataException;
import parrot.datasets.language.Language;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The language of files whose names tell none. */
final class FileLanguageOption {
  @Option(
      names = "--language",
      paramLabel = "TAG",
      converter = Converter.class,
      description =
          "Language of files whose name tells none, such as MMStar.tsv (default: they are refused).")
  private Language language;

  Optional<Language> language() {
    return Optional.ofNullable(language);
  }

  private static final class Converter implements ITypeConverter<Language> {
    @Override
    public Language convert(String tag) {
      try {
        return Language.of(tag);
      } catch (DataException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}

package parrot.jobs.evaluate;

import parrot.datasets.UsageException;
import parrot.datasets.benchmark.MatchingRule;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** By which rules answers count as options. */
final class MatchingOption {
  @Option(
      names = "--matching",
      paramLabel = "NAME",
      defaultValue = "published-2024",
      converter = Converter.class,
      description =
          "How an option is recognised in an answer: published-2024, as Parrot's published results"
              + " do; vlmevalkit-2025, as that kit does since; or multilingual, which reads answers"
              + " as the six languages write them, such as \"Option A is correct\". Likelihoods of"
              + " options count by likelihood, or by likelihood-normalised (default: ${DEFAULT-VALUE}).")
  private MatchingRule rule;

  MatchingRule rule() {
    return rule;
  }

  private static final class Converter implements ITypeConverter<MatchingRule> {
    @Override
    public MatchingRule convert(String name) {
      try {
        return MatchingRule.of(name);
      } catch (UsageException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}

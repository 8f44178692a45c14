package parrot.jobs.evaluate;

import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Refuses values of options as the command line refuses options. */
final class Arguments {
  private Arguments() {}

  /** What a constructor makes of options; what it refuses is bad usage. */
  static <T> T check(CommandSpec spec, Supplier<T> make) {
    try {
      return make.get();
    } catch (IllegalArgumentException e) {
      throw refuse(spec, e.getMessage());
    }
  }

  static ParameterException refuse(CommandSpec spec, String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}

package parrot.jobs.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import parrot.datasets.UsageException;
import parrot.model.kernel.DeviceChoice;
import picocli.CommandLine;

class KernelOptionsTest {
  @Test
  void kernelsOfTheProcessorAreRefusedOnACard() {
    KernelOptions options = new KernelOptions();
    CommandLine line = new CommandLine(CommandLine.Model.CommandSpec.create());
    line.addMixin("kernels", options);
    line.registerConverter(DeviceChoice.class, DeviceChoice::of);
    line.parseArgs("--device", "cuda", "--kernels", "reference");
    assertThatThrownBy(options::name)
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Invalid kernels: reference computes on the processor");
  }
}

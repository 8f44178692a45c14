package parrot.jobs.cli;

import java.util.ArrayList;
import parrot.model.kernel.Kernels;

/** The kernels that an option may name, for help texts and completion. */
public final class KernelNames extends ArrayList<String> {
  private static final long serialVersionUID = 1;

  public KernelNames() {
    super(Kernels.names());
  }
}

package parrot.benchmarks.samediff;

import java.util.List;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ops.impl.shape.Gather;

/**
 * Rows of a table, with a gradient that adds up: that of the stock operation reads memory which has
 * been freed, and fails.
 */
final class RowsOf extends Gather {
  RowsOf(SameDiff graph, SDVariable table, SDVariable rows) {
    super(graph, table, rows, 0, false);
  }

  @Override
  public List<SDVariable> doDiff(List<SDVariable> gradients) {
    SDVariable zeros = sameDiff.zerosLike(arg(0));
    SDVariable table = sameDiff.scatterAdd(zeros, arg(1), gradients.get(0));
    return List.of(table, sameDiff.zerosLike(arg(1)));
  }
}

package parrot.jobs.round;

import java.io.IOException;
import java.io.Serializable;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import parrot.datasets.order.Minibatch;

/** Reads the rows of a minibatch, as DL4J's graphs take them. */
@FunctionalInterface
public interface RowLoader extends Serializable {
  MultiDataSet load(Minibatch minibatch) throws IOException;
}

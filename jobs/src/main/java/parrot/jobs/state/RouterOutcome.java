package parrot.jobs.state;

import java.io.Serializable;
import java.util.List;

/**
 * How the router of a replica fared in a round.
 *
 * @param selectionBias that it has come to, [E]; empty if there is none
 * @param violation largest of the round's quarters: how far the most loaded expert is above its
 *     fair share; 0 if no image was routed
 */
public record RouterOutcome(List<Double> selectionBias, double violation) implements Serializable {
  /** Of a replica that routed no image. */
  public static final RouterOutcome NONE = new RouterOutcome(List.of(), 0);

  public RouterOutcome {
    selectionBias = List.copyOf(selectionBias);
  }
}

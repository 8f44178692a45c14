package parrot.jobs.round;

import parrot.jobs.state.Kept;
import parrot.jobs.state.StateReader;

/**
 * The values that a replica begins a round with, by chunk.
 *
 * @param kept what each replica has kept in the round before
 * @param own the chunks that this one has kept
 */
record StartValues(Kept kept, StateReader state, StateReader own) {
  /** Float32 in native order; must not be written to. */
  byte[] chunk(int index) {
    return kept.local().get(index)
        ? own.chunk(kept.values(index)).values()
        : state.chunk(index).values();
  }
}

package parrot.jobs.balance;

/**
 * A picture that the router has seen.
 *
 * @param probabilities of the experts, [E]
 * @param weight pictures that it stands for: not every one of a round is kept
 */
record RoutedPicture(float[] probabilities, double weight) {}

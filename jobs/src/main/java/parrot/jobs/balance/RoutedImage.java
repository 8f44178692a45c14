package parrot.jobs.balance;

/**
 * An image that the router has seen.
 *
 * @param probabilities of the experts, [E]
 * @param weight images that it stands for: not every one of a round is kept
 */
record RoutedImage(float[] probabilities, double weight) {}

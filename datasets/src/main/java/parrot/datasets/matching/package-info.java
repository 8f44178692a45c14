/**
 * How an answer in free text counts as one of its question's options: the rules of matching. A rule
 * guesses nothing and says why it decided as it did. Nothing here knows benchmarks or scores.
 */
package parrot.datasets.matching;

/**
 * Where raw examples come from: LLaVA JSON and JSONL, cut into ranges that can be read apart from
 * each other, and images by path under a root. A row that cannot be used becomes a {@link
 * parrot.datasets.source.Reject} with its reason, never an exception. Knows nothing of token ids.
 */
package parrot.datasets.source;

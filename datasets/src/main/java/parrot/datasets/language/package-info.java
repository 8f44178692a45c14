/**
 * Languages: their tags and names, and how a text's language is identified. No tokenization and no
 * files live here; how often a language is trained on is decided in {@code parrot.datasets.order}.
 */
package parrot.datasets.language;

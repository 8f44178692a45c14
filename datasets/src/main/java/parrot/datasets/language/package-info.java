/**
 * Languages: their tags, how a text's language is identified, and with which weights languages are
 * sampled. No tokenization and no files live here.
 */
package parrot.datasets.language;

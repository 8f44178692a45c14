/** Decoding with a key/value cache. */
package parrot.model.generate;

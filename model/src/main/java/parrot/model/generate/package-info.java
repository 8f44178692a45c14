/** Answers token by token, with a cache of keys and values. */
package parrot.model.generate;

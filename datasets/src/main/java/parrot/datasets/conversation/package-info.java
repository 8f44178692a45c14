/**
 * What is said: turns, conversations, the chat format with its label mask, and tokenizers. Images
 * are only a placeholder in the text here.
 */
package parrot.datasets.conversation;

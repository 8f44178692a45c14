/**
 * What is said: turns, conversations, the chat format with its label mask, and tokenizers. Pictures
 * are only a placeholder in the text here.
 */
package parrot.datasets.conversation;

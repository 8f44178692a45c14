/**
 * Shapes, a small synthetic world that is learnable in minutes: images of one to four shapes,
 * captions, conversations, a benchmark and a text corpus in six languages, and the tokenizer that
 * was trained on them.
 *
 * <p>An example is a function of (seed, split, stream, index) alone, so any range can be made on
 * any machine in any order. A scene belongs to one split by its signature: no benchmark scene is
 * ever trained on. Here live scenes, their painting, the questions, the wording of each language
 * and the writers of the published file formats; nothing here reads such files.
 */
package parrot.datasets.shapes;

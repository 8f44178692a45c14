/**
 * Images: decoded by content, never by name, and prepared as the vision encoder's processor does in
 * Parrot (padded to a square with the mean colour, bicubic resize with Pillow's arithmetic,
 * normalised).
 *
 * <p>Everything that can be wrong with an image ends in an {@link
 * parrot.datasets.image.UnusableImageException} with a reason to count by. Nothing here knows
 * shards, conversations or a model.
 */
package parrot.datasets.image;

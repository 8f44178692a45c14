/**
 * VP8 key frames, the bitstream of lossy WebP images, decoded to the same bits as libwebp decodes
 * them. Knows neither WebP's container nor anything else of this program.
 */
package parrot.datasets.image.webp;

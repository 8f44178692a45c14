/** The lossy half of WebP: VP8 key frames, decoded to the bit as libwebp does. */
package parrot.datasets.image.webp;

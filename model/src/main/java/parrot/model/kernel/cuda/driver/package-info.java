/**
 * NVIDIA's driver and libraries behind {@link parrot.model.kernel.cuda.Device}: how they are found
 * and bound, which cards there are, and their errors in words. No kernel and no mathematics;
 * nothing else calls NVIDIA's libraries.
 */
package parrot.model.kernel.cuda.driver;

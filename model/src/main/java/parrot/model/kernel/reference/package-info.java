/** Kernels as plain loops in double precision: the oracle of the others. Never optimised. */
package parrot.model.kernel.reference;

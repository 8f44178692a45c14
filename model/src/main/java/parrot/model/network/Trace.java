package parrot.model.network;

/**
 * Intermediate values of a forward pass; matrices are row-major, samples ragged.
 *
 * @param features of the vision tower (I * P, Dv)
 * @param projected (I * P, D)
 * @param routing weights of the mixture (I, E), zero for experts that are not chosen; empty without
 *     experts
 * @param visual what takes the place of image tokens (I * P, D)
 * @param boundaries first row of each sample after splicing, B + 1
 * @param labels after splicing (N)
 * @param embeddings after splicing (N, D)
 * @param logits (N, V)
 */
public record Trace(
    float[] features,
    float[] projected,
    float[][] routing,
    float[] visual,
    int[] boundaries,
    int[] labels,
    float[] embeddings,
    float[] logits) {}

package parrot.model.network;

import parrot.model.tensor.Tensor;

/** Visual tokens of a batch: before, between and after the parts that make them. */
final class Visual {
  final Tensor features; // (I * P, Dv), null if the images were looked at before
  final Tensor projected; // (I * P, D)
  Tensor prompts; // (queries, D), null without experts
  Tensor output; // (I * P, D)

  Visual(Tensor features, Tensor projected) {
    this.features = features;
    this.projected = projected;
  }
}

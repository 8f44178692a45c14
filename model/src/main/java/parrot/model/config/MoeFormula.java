package parrot.model.config;

/** How the experts' output joins the projected tokens H. */
public enum MoeFormula {
  /** {@code sum_i p_i E_i(H) + moe_weight H}, as the published code computes. */
  PUBLISHED,
  /** {@code H + moe_weight sum_i p_i E_i(H)}, as the paper writes. */
  PAPER
}

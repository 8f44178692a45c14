package parrot.model.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Keys of published configurations that change nothing that is computed here: names, token ids,
 * starting values, settings of generation and of training. They are written back as they were.
 */
final class HarmlessKeys {
  /** What transformers writes into any configuration. */
  private static final List<String> GENERAL =
      List.of(
          "architectures",
          "auto_map",
          "attn_implementation",
          "begin_suppress_tokens",
          "bos_token_id",
          "cache_implementation",
          "decoder_start_token_id",
          "diversity_penalty",
          "do_sample",
          "eos_token_id",
          "finetuning_task",
          "gradient_checkpointing",
          "id2label",
          "initializer_factor",
          "initializer_range",
          "label2id",
          "length_penalty",
          "max_length",
          "min_length",
          "num_beam_groups",
          "num_beams",
          "num_return_sequences",
          "output_attentions",
          "output_hidden_states",
          "pad_token_id",
          "prefix",
          "pretraining_tp",
          "problem_type",
          "repetition_penalty",
          "return_dict",
          "sep_token_id",
          "task_specific_params",
          "temperature",
          "tokenizer_class",
          "top_k",
          "top_p",
          "transformers_version",
          "typical_p",
          "unk_token_id",
          "unsloth_fixed",
          "unsloth_version",
          "use_cache");

  /** How published Parrots and LLaVAs were trained, and what only other image layouts read. */
  private static final List<String> TRAINING =
      List.of(
          "freeze_backbone",
          "freeze_mm_mlp_adapter",
          "freeze_mm_vision_resampler",
          "freeze_vision_tower",
          "image_crop_resolution",
          "image_grid_pinpoints",
          "image_split_resolution",
          "mm_projector_lr",
          "mm_tunable_parts",
          "mm_vision_tower_lr",
          "pretrain_mm_mlp_adapter",
          "tokenizer_padding_side",
          "tune_mm_mlp_adapter",
          "tune_mm_vision_resampler",
          "unfreeze_mm_vision_tower",
          "use_mm_proj");

  /** Of a decoder; checked where they are read. */
  private static final List<String> WINDOW =
      List.of("layer_types", "max_window_layers", "sliding_window");

  /** Of a whole CLIP or SigLIP, whose text side and pooled output are not used. */
  private static final List<String> CLIP =
      List.of(
          "logit_scale_init_value",
          "projection_dim",
          "tie_word_embeddings",
          "vision_use_head",
          "vocab_size");

  /** Which layers an adapter changes, its tensors tell; the rest is how it was trained. */
  private static final List<String> ADAPTER =
      List.of(
          "auto_mapping",
          "base_model_name_or_path",
          "bias",
          "ensure_weight_tying",
          "eva_config",
          "exclude_modules",
          "inference_mode",
          "layers_pattern",
          "layers_to_transform",
          "megatron_core",
          "modules_to_save",
          "peft_version",
          "qalora_group_size",
          "revision",
          "runtime_config",
          "target_modules",
          "task_type");

  static final Set<String> OF_PARROT = union(List.of(GENERAL, TRAINING, WINDOW));
  static final Set<String> OF_VISION =
      union(List.of(GENERAL, CLIP, List.of("torch_dtype", "dtype")));

  static final Set<String> OF_ADAPTER = Set.copyOf(ADAPTER);

  private HarmlessKeys() {}

  private static Set<String> union(List<List<String>> lists) {
    Set<String> keys = new HashSet<>();
    lists.forEach(keys::addAll);
    return Set.copyOf(keys);
  }
}

package parrot.jobs.dataframe;

import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;
import parrot.datasets.UsageException;
import parrot.datasets.storage.FileSystems;
import parrot.jobs.checkpoint.Checkpoints;
import parrot.jobs.evaluate.AnsweringModel;
import parrot.jobs.evaluate.AnsweringOptions;
import parrot.jobs.spark.TaskDevice;
import parrot.model.generate.Sampling;
import parrot.model.kernel.DeviceChoice;
import parrot.model.kernel.Kernels;
import parrot.model.kernel.Precision;

/**
 * Answers a column of questions about a column of images: a stage of Spark ML, alone or in a
 * pipeline, saved and loaded as others are.
 *
 * <p>Adds three columns: the answer as {@code parrot generate} gives it; the natural logarithm of
 * its probability, summed over its tokens; and why there is no answer. A row that cannot be
 * answered has the reason in that column and null in the other two, and costs no other row. Each
 * executor loads the model once; rows come back in another order than they went in.
 */
public final class ParrotAnswers extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1;

  private final String uid;
  private final Param<String> model;
  private final Param<String> imageCol;
  private final Param<String> questionCol;
  private final Param<String> answerCol;
  private final Param<String> logProbabilityCol;
  private final Param<String> errorCol;
  private final Param<String> system;
  private final IntParam maxNewTokens;
  private final Param<String> precision;
  private final Param<String> kernels;
  private final Param<String> device;
  private final BooleanParam blank;
  private final DoubleParam temperature;
  private final IntParam topK;
  private final DoubleParam topP;
  private final DoubleParam minP;
  private final DoubleParam repetitionPenalty;
  private final LongParam seed;
  private final StringArrayParam stop;

  public ParrotAnswers() {
    this(Identifiable$.MODULE$.randomUID("parrotAnswers"));
  }

  /** As Spark ML makes it again. */
  public ParrotAnswers(String uid) {
    this.uid = uid;
    model = new Param<>(this, "model", "folder of a model, of an adapter or of a training run");
    imageCol =
        new Param<>(
            this, "imageCol", "image files as bytes, or their paths; null for a question alone");
    questionCol = new Param<>(this, "questionCol", "questions as a user types them");
    answerCol = new Param<>(this, "answerCol", "added: the answer");
    logProbabilityCol =
        new Param<>(this, "logProbabilityCol", "added: logarithm of the answer's probability");
    errorCol = new Param<>(this, "errorCol", "added: why there is no answer");
    system = new Param<>(this, "system", "system prompt in place of the usual one");
    maxNewTokens = new IntParam(this, "maxNewTokens", "longest answer, in tokens");
    precision = new Param<>(this, "precision", "of matrix products: f32 or bf16");
    kernels = new Param<>(this, "kernels", "of the processor, by their name");
    device = new Param<>(this, "device", "where to compute: auto, cpu or cuda");
    blank = new BooleanParam(this, "blank", "whether blank images are shown");
    temperature = new DoubleParam(this, "temperature", "0 takes the likeliest token each time");
    topK = new IntParam(this, "topK", "likeliest tokens to draw from; 0 for all");
    topP = new DoubleParam(this, "topP", "share of the probability to draw from");
    minP = new DoubleParam(this, "minP", "share of the likeliest token's probability to have");
    repetitionPenalty = new DoubleParam(this, "repetitionPenalty", "above 1: fewer repetitions");
    seed = new LongParam(this, "seed", "of what is drawn");
    stop = new StringArrayParam(this, "stop", "texts that end an answer");
    setDefault(imageCol, "image");
    setDefault(questionCol, "question");
    setDefault(answerCol, "answer");
    setDefault(logProbabilityCol, "logProbability");
    setDefault(errorCol, "error");
    setDefault(maxNewTokens, AnsweringOptions.DEFAULT_MAX_NEW_TOKENS);
    setDefault(precision, Precision.F32.toString());
    setDefault(kernels, Kernels.defaultName());
    setDefault(device, DeviceChoice.AUTO.toString());
    setDefault(blank, false);
    setDefault(temperature, Sampling.GREEDY.temperature());
    setDefault(topK, Sampling.GREEDY.topK());
    setDefault(topP, Sampling.GREEDY.topP());
    setDefault(minP, Sampling.GREEDY.minP());
    setDefault(repetitionPenalty, Sampling.GREEDY.repetitionPenalty());
    setDefault(seed, Sampling.GREEDY.seed());
    setDefault(stop, new String[0]);
  }

  @Override
  public String uid() {
    return uid;
  }

  // Spark ML finds the parameters by these.

  public Param<String> model() {
    return model;
  }

  public Param<String> imageCol() {
    return imageCol;
  }

  public Param<String> questionCol() {
    return questionCol;
  }

  public Param<String> answerCol() {
    return answerCol;
  }

  public Param<String> logProbabilityCol() {
    return logProbabilityCol;
  }

  public Param<String> errorCol() {
    return errorCol;
  }

  public Param<String> system() {
    return system;
  }

  public IntParam maxNewTokens() {
    return maxNewTokens;
  }

  public Param<String> precision() {
    return precision;
  }

  public Param<String> kernels() {
    return kernels;
  }

  public Param<String> device() {
    return device;
  }

  public BooleanParam blank() {
    return blank;
  }

  public DoubleParam temperature() {
    return temperature;
  }

  public IntParam topK() {
    return topK;
  }

  public DoubleParam topP() {
    return topP;
  }

  public DoubleParam minP() {
    return minP;
  }

  public DoubleParam repetitionPenalty() {
    return repetitionPenalty;
  }

  public LongParam seed() {
    return seed;
  }

  public StringArrayParam stop() {
    return stop;
  }

  public ParrotAnswers setModel(String folder) {
    return with(model, folder);
  }

  public ParrotAnswers setImageCol(String column) {
    return with(imageCol, column);
  }

  public ParrotAnswers setQuestionCol(String column) {
    return with(questionCol, column);
  }

  public ParrotAnswers setAnswerCol(String column) {
    return with(answerCol, column);
  }

  public ParrotAnswers setLogProbabilityCol(String column) {
    return with(logProbabilityCol, column);
  }

  public ParrotAnswers setErrorCol(String column) {
    return with(errorCol, column);
  }

  public ParrotAnswers setSystem(String prompt) {
    return with(system, prompt);
  }

  public ParrotAnswers setMaxNewTokens(int tokens) {
    return with(maxNewTokens, tokens);
  }

  public ParrotAnswers setPrecision(String name) {
    return with(precision, name);
  }

  public ParrotAnswers setKernels(String name) {
    return with(kernels, name);
  }

  public ParrotAnswers setDevice(String name) {
    return with(device, name);
  }

  public ParrotAnswers setBlank(boolean shown) {
    return with(blank, shown);
  }

  public ParrotAnswers setTemperature(double value) {
    return with(temperature, value);
  }

  public ParrotAnswers setTopK(int tokens) {
    return with(topK, tokens);
  }

  public ParrotAnswers setTopP(double share) {
    return with(topP, share);
  }

  public ParrotAnswers setMinP(double share) {
    return with(minP, share);
  }

  public ParrotAnswers setRepetitionPenalty(double penalty) {
    return with(repetitionPenalty, penalty);
  }

  public ParrotAnswers setSeed(long value) {
    return with(seed, value);
  }

  public ParrotAnswers setStop(String... texts) {
    return with(stop, texts);
  }

  private <T> ParrotAnswers with(Param<T> param, T value) {
    set(param, value);
    return this;
  }

  @Override
  public ParrotAnswers copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  /**
   * The columns with the three that are added.
   *
   * @throws UsageException if a column is missing, of another type, or there already
   */
  @Override
  public StructType transformSchema(StructType schema) {
    requireType(schema, text(this.imageCol), List.of(DataTypes.BinaryType, DataTypes.StringType));
    requireType(schema, text(this.questionCol), List.of(DataTypes.StringType));
    StructType result = schema;
    for (Param<String> added : List.of(answerCol, logProbabilityCol, errorCol)) {
      String name = text(added);
      if (Arrays.asList(result.fieldNames()).contains(name)) {
        throw new UsageException(
            "Invalid %s: %s (must be a new column: the table has one of that name)"
                .formatted(added.name(), name));
      }
      result =
          result.add(
              name, added == logProbabilityCol ? DataTypes.DoubleType : DataTypes.StringType, true);
    }
    return result;
  }

  private static void requireType(StructType schema, String column, List<DataType> types) {
    if (!Arrays.asList(schema.fieldNames()).contains(column)) {
      throw new UsageException(
          "Missing column %s (the table has %s)"
              .formatted(column, String.join(", ", schema.fieldNames())));
    }
    DataType type = schema.apply(column).dataType();
    if (!types.contains(type)) {
      throw new UsageException(
          "Invalid column %s: %s (must be %s)"
              .formatted(
                  column,
                  type.simpleString(),
                  String.join(" or ", types.stream().map(DataType::simpleString).toList())));
    }
  }

  /**
   * Answers as the rows are asked for.
   *
   * @throws UsageException if no model is set, or a parameter or column is invalid
   * @throws parrot.model.ModelException if the model cannot be opened
   */
  @Override
  public Dataset<Row> transform(Dataset<?> rows) {
    StructType schema = transformSchema(rows.schema());
    if (!isSet(model)) {
      throw new UsageException("Missing model (set it with setModel)");
    }
    JavaSparkContext spark = new JavaSparkContext(rows.sparkSession().sparkContext());
    Configuration hadoop = rows.sparkSession().sessionState().newHadoopConf();
    Path folder = Checkpoints.resolveModel(FileSystems.path(text(model)), hadoop);
    AnsweringOptions options = options(spark.getConf());
    // Opened here as well, so that what is wrong with it is said before any task starts.
    AnsweringModel.open(folder, options, hadoop).close();
    AnswerRows answers =
        new AnswerRows(
            folder.toString(),
            FolderStamp.of(folder, hadoop),
            options,
            sampling(),
            isSet(system) ? text(system) : null,
            List.of(getOrDefault(stop)),
            rows.schema().fieldIndex(text(imageCol)),
            rows.schema().fieldIndex(text(questionCol)),
            spark.broadcast(new SerializableConfiguration(hadoop)));
    return rows.toDF().mapPartitions(answers, Encoders.row(schema));
  }

  private AnsweringOptions options(SparkConf conf) {
    try {
      return new AnsweringOptions(
          (Integer) getOrDefault(maxNewTokens),
          DeviceChoice.of(text(device))
              .kernels(isSet(kernels) ? text(kernels) : null, TaskDevice.isThere(conf)),
          Precision.of(text(precision)),
          conf.getInt("spark.task.cpus", 1),
          (Boolean) getOrDefault(blank));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private Sampling sampling() {
    try {
      return new Sampling(
          (Double) getOrDefault(temperature),
          (Integer) getOrDefault(topK),
          (Double) getOrDefault(topP),
          (Double) getOrDefault(minP),
          (Double) getOrDefault(repetitionPenalty),
          (Long) getOrDefault(seed));
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage(), e);
    }
  }

  private String text(Param<String> param) {
    return getOrDefault(param);
  }

  /** Reads what {@link #save} has written. */
  public static MLReader<ParrotAnswers> read() {
    return new DefaultParamsReader<>();
  }

  /** Reads what {@link #save} has written. */
  public static ParrotAnswers load(String folder) {
    return read().load(folder);
  }
}

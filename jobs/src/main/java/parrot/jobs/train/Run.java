package parrot.jobs.train;

import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import parrot.jobs.config.TrainConfig;
import parrot.model.weights.ModelFolder;

/**
 * A run that may begin: its folder is locked and has a start.
 *
 * @param yaml the resolved configuration
 * @param model the start, which frozen weights are read from
 * @param threads of one replica
 * @param planned bytes of an executor's process
 * @param say gets each line for the user
 * @param events gets alarms
 */
record Run(
    TrainConfig config,
    String yaml,
    RunFolder folder,
    ModelFolder model,
    JavaSparkContext spark,
    int threads,
    long planned,
    Consumer<String> say,
    RunEvents events) {}

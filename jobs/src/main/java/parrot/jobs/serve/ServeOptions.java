package parrot.jobs.serve;

import java.time.Duration;
import java.util.Optional;

/**
 * How a model is served.
 *
 * @param host name or address to listen at
 * @param port 0 for any that is free
 * @param name of the model in requests
 * @param maxNewTokens of an answer whose request does not say
 * @param queue requests at most that wait or are being answered
 * @param connections open at most
 * @param requestBytes of a request's body at most
 * @param imagePixels of an image at most
 * @param answerTime longest time from a request to the end of its answer
 * @param apiKey that requests must bring
 */
record ServeOptions(
    String host,
    int port,
    String name,
    int maxNewTokens,
    int queue,
    int connections,
    int requestBytes,
    long imagePixels,
    Duration answerTime,
    Optional<String> apiKey) {}

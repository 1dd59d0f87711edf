package io.jackpot.inference;

import io.jackpot.config.Settings;
import io.jackpot.devices.Arithmetic;
import io.jackpot.input.InputException;
import io.jackpot.models.LoadProgress;
import io.jackpot.models.ModelFingerprint;
import io.jackpot.problems.Verifier;
import io.jackpot.problems.Verifier.Verification;
import io.jackpot.report.EvalProgress;
import io.jackpot.report.Interruption;
import io.jackpot.report.Interruption.InterruptedRunException;
import io.jackpot.transformer.Sample;
import io.jackpot.transformer.Sampler;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * How many of a model's responses to problems are right: the {@code eval} command.
 *
 * <p>With a folder each response is on the disk as soon as it has ended, and an evaluation that was
 * stopped continues with the missing ones. A response depends on the settings, the name of its data
 * set, its problem and its number alone, so the result is that of an evaluation that was never
 * stopped.
 */
public final class Evaluation implements AutoCloseable {
  private static final Settings<EvalSettings> SETTINGS = Settings.of(EvalSettings.class);

  /** The key under which a folder's {@code config.json} has the files of the model. */
  private static final String MODEL_FILES = "modelFiles";

  private static final String SETTINGS_THEN = "settings";
  private static final String ARITHMETIC = "arithmetic";

  private final EvalSettings settings;
  private final List<DataSet> sets;
  private final List<Tally> tallies;
  private final PrintWriter log;
  private final boolean terminal;
  private final Interruption interruption;
  private @Nullable EvalFolder folder;

  /** Opened where something is left to sample. */
  private @Nullable Responder responder;

  /** Of sampling, in the processes before this one. */
  private double secondsBefore;

  private Evaluation(
      EvalSettings settings, Interruption interruption, PrintWriter log, boolean terminal) {
    this.settings = settings;
    this.interruption = interruption;
    this.log = log;
    this.terminal = terminal;
    this.sets = DataSet.of(settings);
    this.tallies = sets.stream().map(set -> new Tally(set, settings.samplesPerPrompt())).toList();
  }

  private Responder responder() {
    if (responder == null) {
      responder =
          new Responder(
              settings.model(),
              settings.template(),
              settings.compute(),
              settings.dtypes(),
              LoadProgress.on(log, terminal),
              interruption::check);
    }
    return responder;
  }

  /** {@link #run(EvalSettings, Path, Interruption, PrintWriter, boolean)} that no signal ends. */
  public static EvalResults run(
      EvalSettings settings, @Nullable Path out, PrintWriter log, boolean terminal) {
    return run(settings, out, Interruption.byRequest(), log, terminal);
  }

  /**
   * Samples and judges.
   *
   * @param out a folder that gets all of it, and from which it can go on; null for none
   * @param interruption ends it before the next token; responses that have ended are kept
   * @param log gets a line that names the device, then the progress
   * @param terminal whether {@code log} is a terminal
   * @throws InputException if the model or the problems cannot be read or do not fit together, or
   *     {@code out} holds anything or cannot be written
   * @throws InterruptedRunException if it was interrupted
   */
  public static EvalResults run(
      EvalSettings settings,
      @Nullable Path out,
      Interruption interruption,
      PrintWriter log,
      boolean terminal) {
    if (out != null) {
      EvalFolder.checkFree(out);
    }
    try (Evaluation evaluation = new Evaluation(settings, interruption, log, terminal)) {
      List<Prompts> prompts = evaluation.prompts();
      if (out != null) {
        ObjectNode config = SETTINGS.toJson(settings);
        ObjectNode started = JsonNodeFactory.instance.objectNode();
        started.set(SETTINGS_THEN, config.deepCopy());
        started.put(ARITHMETIC, evaluation.responder().arithmetic());
        config.set(MODEL_FILES, ModelFingerprint.of(settings.model()));
        evaluation.folder = EvalFolder.create(out, config, started, evaluation.sets);
      }
      return evaluation.finish(prompts);
    }
  }

  /** Whether there is an evaluation in {@code folder} that can be resumed. */
  public static boolean hasStarted(Path folder) {
    return EvalFolder.hasStarted(folder);
  }

  /** Resumes one that no signal ends, on whatever ops there are. */
  public static EvalResults resume(
      Path folder, UnaryOperator<EvalSettings> change, PrintWriter log, boolean terminal) {
    return resume(folder, change, false, Interruption.byRequest(), log, terminal);
  }

  /**
   * Resumes an evaluation that was stopped; computes the results of a finished one again, for which
   * no model is loaded.
   *
   * @param folder what {@link #run} had for {@code out}
   * @param change the settings to change; nothing that changes a response
   * @param strict refuse to go on with other ops than before, or vectors of another width
   * @param interruption as for {@link #run}
   * @throws InputException if there is no evaluation, or model or problems are not what they were
   */
  public static EvalResults resume(
      Path folder,
      UnaryOperator<EvalSettings> change,
      boolean strict,
      Interruption interruption,
      PrintWriter log,
      boolean terminal) {
    ObjectNode config = EvalFolder.config(folder);
    JsonNode files = config.remove(MODEL_FILES);
    String where = folder.resolve("config.json").toString();
    EvalSettings before = SETTINGS.fromJson(config, where);
    ObjectNode started = EvalFolder.started(folder);
    if (started.path(SETTINGS_THEN) instanceof ObjectNode then) {
      SETTINGS.requireUnchanged(
          before, SETTINGS.fromJson(then, "started.json"), where, "when this evaluation started");
    }
    EvalSettings settings = change.apply(before);
    if (!(files instanceof ObjectNode modelFiles)) {
      throw new InputException(where + ": " + MODEL_FILES + ": missing, expected an object");
    }
    ModelFingerprint.check(
        settings.model(),
        modelFiles,
        "since this evaluation started",
        "expected the same model, or give --out for a new evaluation");
    try (Evaluation evaluation = new Evaluation(settings, interruption, log, terminal)) {
      EvalFolder opened = EvalFolder.open(folder, evaluation.sets);
      evaluation.folder = opened;
      opened.forEach(evaluation::recall);
      List<Integer> maxTokens = opened.maxTokens(evaluation.sets);
      if (maxTokens != null && evaluation.recalled() == evaluation.total()) {
        log.printf("eval: all %d responses exist already%n", evaluation.total());
        return evaluation.results(maxTokens, evaluation.secondsBefore);
      }
      List<Prompts> prompts = evaluation.prompts();
      if (started.path(ARITHMETIC).isString()) {
        String other =
            Arithmetic.onOther(
                started.path(ARITHMETIC).stringValue(),
                evaluation.responder().arithmetic(),
                "when this evaluation started",
                strict);
        if (other != null) {
          log.println("eval: " + other);
        }
      }
      return evaluation.finish(prompts);
    }
  }

  /** The prompts of a data set, of its readable problems. */
  private record Prompts(Tally tally, List<int[]> ids, int maxTokens) {}

  private List<Prompts> prompts() {
    List<Prompts> all = new ArrayList<>();
    for (Tally tally : tallies) {
      List<int[]> ids = tally.set().prompts(responder());
      int longest = ids.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
      all.add(new Prompts(tally, ids, responder().maxTokens(settings.sampling(), longest)));
    }
    return all;
  }

  /** Counts a response of an earlier process; false if this evaluation does not ask for it. */
  private boolean recall(Response response) {
    for (Tally tally : tallies) {
      if (tally.takes(response)) {
        tally.add(response);
        secondsBefore = Math.max(secondsBefore, response.elapsedSeconds());
        return true;
      }
    }
    return false;
  }

  private EvalResults finish(List<Prompts> prompts) {
    log.println("eval: " + responder().device());
    sets.forEach(set ->
        responder()
            .notes(set.name(), set.problems().source())
            .forEach(note -> log.println("eval: " + note)));
    long total = total();
    long before = recalled();
    if (before > 0) {
      log.printf(
          before < total
              ? "eval: resuming after %d of %d responses%n"
              : "eval: all %2$d responses exist already%n",
          before,
          total);
    }
    if (settings.sampling().temperature() == 0 && settings.samplesPerPrompt() > 1) {
      log.println("eval: at temperature 0 all responses to a problem are the same");
    }
    log.flush();
    double seconds;
    String ends = folder == null ? "nothing is kept" : "all responses so far are kept";
    try (Interruption.Scope signals = interruption.listen(log, ends);
        EvalProgress progress = new EvalProgress(log, terminal, total, before)) {
      prompts.forEach(some -> sample(some, progress));
      seconds = secondsBefore + (before < total ? progress.seconds() : 0);
    }
    List<Integer> maxTokens = prompts.stream().map(Prompts::maxTokens).toList();
    return results(maxTokens, seconds);
  }

  private long total() {
    return tallies.stream().mapToLong(t -> (long) t.problems() * settings.samplesPerPrompt()).sum();
  }

  /** The responses of earlier processes. */
  private long recalled() {
    return tallies.stream().mapToLong(Tally::responses).sum();
  }

  private EvalResults results(List<Integer> maxTokens, double seconds) {
    EvalResults results = new EvalResults(settings, tallies, maxTokens, seconds);
    if (folder != null) {
      log.println("eval: " + folder.finish(results.toJson()));
    }
    return results;
  }

  private void sample(Prompts prompts, EvalProgress progress) {
    Tally tally = prompts.tally;
    DataSet set = tally.set();
    List<Sampler.Request> missing = tally.missing();
    if (missing.isEmpty()) {
      return;
    }
    responder()
        .respond(
            prompts.ids,
            set.readable(),
            missing,
            settings.sampling(),
            prompts.maxTokens,
            set.name().hashCode(),
            sample -> {
              Response response = judge(set, sample, secondsBefore + progress.seconds());
              if (folder != null) {
                folder.append(response);
              }
              tally.add(response);
              progress.response(
                  set.name(),
                  tally.complete(),
                  tally.problems(),
                  tally.accuracy(),
                  response.tokens());
            });
  }

  private Response judge(DataSet set, Sample sample, double seconds) {
    int problem = set.readable()[sample.prompt()];
    Verifier verifier = set.problems().verifier();
    String text =
        verifier.judgesEndToken() ? responder().text(sample) : responder().textBeforeEnd(sample);
    Verification judged = verifier.verify(set.problem(problem).answer(), text);
    return new Response(
        set.name(),
        problem,
        sample.sample(),
        text,
        sample.finished(),
        judged.verdict(),
        judged.extracted(),
        sample.ids().length,
        seconds);
  }

  @Override
  public void close() {
    if (responder != null) {
      responder.close();
    }
    if (folder != null) {
      folder.close();
    }
  }
}

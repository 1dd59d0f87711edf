package io.jackpot.cli;

import io.jackpot.input.InputException;
import io.jackpot.input.Names;
import io.jackpot.report.Interruption.InterruptedRunException;
import io.jackpot.train.TrainingStoppedException;
import io.jackpot.weights.Json;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * {@code jackpot COMMAND …}. Exits with status 0 on success, 2 if the command line or an input is
 * wrong, 1 on any other failure; a failure prints one line to standard error.
 */
public final class Main {
  /** Environment variable that makes an error print its stack trace. */
  private static final String STACK_TRACE = "JACKPOT_STACKTRACE";

  private Main() {}

  public static void main(String[] args) {
    // JSON is UTF-8, whatever the locale.
    PrintWriter out = writer(FileDescriptor.out, false);
    PrintWriter err = writer(FileDescriptor.err, true);
    Console console = new Console(out, err);
    String[] words = Commands.withoutHelp(args);
    CommandSpec commands = Commands.all(console, words);
    int status = run(commands, out, err, System.getenv(STACK_TRACE) != null, words);
    if (out.checkError() && status == ExitCode.OK) {
      err.println("error: standard output: not everything could be written");
      status = ExitCode.SOFTWARE;
    }
    System.exit(status);
  }

  private static PrintWriter writer(FileDescriptor descriptor, boolean flushLines) {
    return new PrintWriter(
        new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8),
        flushLines);
  }

  /**
   * Runs a command.
   *
   * @return the exit status
   */
  static int run(
      CommandSpec commands, PrintWriter out, PrintWriter err, boolean stackTrace, String... args) {
    CommandLine jackpot = new CommandLine(commands);
    jackpot.setExpandAtFiles(false).setOut(out).setErr(err);
    // Wrappers add flags behind their own: the last one wins, which needs no warning.
    jackpot.setOverwrittenOptionsAllowed(true);
    CommandLine.tracer().setLevel(CommandLine.TraceLevel.OFF);
    jackpot.setParameterExceptionHandler((e, given) -> fail(err, stackTrace, e));
    jackpot.setExecutionExceptionHandler((e, command, parsed) -> fail(err, stackTrace, e));
    try {
      return jackpot.execute(args);
    } catch (OutOfMemoryError e) {
      return fail(err, stackTrace, e);
    }
  }

  private static int fail(PrintWriter err, boolean stackTrace, Throwable failure) {
    if (failure instanceof InterruptedRunException interrupted) {
      return interrupted.status();
    }
    err.println("error: " + Json.oneLine(message(failure)));
    if (stackTrace) {
      failure.printStackTrace(err);
    }
    err.flush();
    return isInput(failure) ? ExitCode.USAGE : ExitCode.SOFTWARE;
  }

  private static boolean isInput(Throwable failure) {
    return failure instanceof InputException
        || failure instanceof ParameterException
        || failure instanceof InvalidPathException;
  }

  private static String message(Throwable failure) {
    if (failure instanceof UnmatchedArgumentException unmatched) {
      return unmatched(unmatched.getCommandLine(), unmatched.getUnmatched().getFirst());
    }
    if (isInput(failure)
        || failure instanceof TrainingStoppedException
        || failure instanceof AuditCommand.DifferenceException) {
      return String.valueOf(failure.getMessage());
    }
    String name = failure.getClass().getSimpleName();
    String hint = failure instanceof OutOfMemoryError ? heapHint() : "";
    return name + (failure.getMessage() == null ? "" : ": " + failure.getMessage()) + hint;
  }

  private static String heapHint() {
    return " (%d MiB of heap; JACKPOT_JAVA_OPTS=-Xmx… gives more)"
        .formatted(Runtime.getRuntime().maxMemory() >> 20);
  }

  private static String unmatched(CommandLine command, String argument) {
    CommandSpec spec = command.getCommandSpec();
    if (argument.startsWith("-")) {
      String option = argument.replaceFirst("=.*", "");
      return "%s: no such option of %s; nearest is %s"
          .formatted(option, spec.qualifiedName(), Names.nearest(option, options(spec)));
    }
    Collection<String> commands = spec.subcommands().keySet();
    return commands.isEmpty()
        ? argument + ": not expected; see " + spec.qualifiedName() + " --help"
        : argument + ": no such command; nearest is " + Names.nearest(argument, commands);
  }

  private static List<String> options(CommandSpec spec) {
    return Stream.concat(
            spec.optionsMap().keySet().stream(), spec.negatedOptionsMap().keySet().stream())
        .toList();
  }
}

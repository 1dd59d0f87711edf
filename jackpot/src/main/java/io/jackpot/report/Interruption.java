package io.jackpot.report;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ctrl-C, and what a system sends to end a process (SIGINT, SIGTERM): the first asks for an orderly
 * end, a second one ends the process at once. Work that can end in order polls {@link #requested}.
 */
public class Interruption {
  /** What a shell adds to the number of the signal that ended a process. */
  private static final int SIGNALED = 128;

  private static final List<String> SIGNALS = List.of("INT", "TERM");

  private final boolean listens;

  private Interruption(boolean listens) {
    this.listens = listens;
  }

  /** One that a program asks for in its own way, by {@link #request} or {@link #requested}. */
  protected Interruption() {
    this(false);
  }

  /** One that listens to signals. */
  public static Interruption ofSignals() {
    return new Interruption(true);
  }

  /** One that only {@link #request} makes; signals stay with whom they are. */
  public static Interruption byRequest() {
    return new Interruption();
  }

  /** 0 before the first. */
  private volatile int signal;

  /** Thrown where work has ended in order; the command exits with {@link #status}. */
  public static final class InterruptedRunException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    private InterruptedRunException(int status) {
      super("interrupted");
      this.status = status;
    }

    /** The exit status: 130 for SIGINT, 143 for SIGTERM. */
    public int status() {
      return status;
    }
  }

  /** A scope in which signals are asked for; its end gives them back to whom they had before. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes the signals.
   *
   * @param log gets a line at the first signal
   * @param ends what it ends, and with what
   */
  public Scope listen(PrintWriter log, String ends) {
    Map<Signal, SignalHandler> before = new LinkedHashMap<>();
    for (String name : listens ? SIGNALS : List.<String>of()) {
      try {
        Signal each = new Signal(name);
        before.put(each, Signal.handle(each, received -> receive(received, log, ends)));
      } catch (IllegalArgumentException e) {
        // A system without it, or a JVM that leaves signals to others (-Xrs).
      }
    }
    return () -> before.forEach(Signal::handle);
  }

  private void receive(Signal received, PrintWriter log, String ends) {
    if (signal != 0) {
      Runtime.getRuntime().halt(SIGNALED + received.getNumber());
    }
    signal = received.getNumber();
    log.println();
    log.println("interrupted: " + ends + "; Ctrl-C again ends at once");
    log.flush();
  }

  /** Asks for an orderly end, as a signal does. */
  public void request() {
    signal = new Signal("INT").getNumber();
  }

  /** Whether the work should end. */
  public boolean requested() {
    return signal != 0;
  }

  /**
   * Ends work that is dropped.
   *
   * @throws InterruptedRunException if it should end
   */
  public void check() {
    if (requested()) {
      throw stopped();
    }
  }

  /** What to throw when it has ended. */
  public InterruptedRunException stopped() {
    return new InterruptedRunException(SIGNALED + signal);
  }
}

package io.jackpot.cli;

import io.jackpot.tensor.OpsLookup;
import java.io.PrintWriter;
import java.util.Objects;

/** What {@code --version} says. */
final class Version {
  /** System property: the commit that was built, if the launcher knows it. */
  private static final String COMMIT = "jackpot.commit";

  private Version() {}

  static void print(PrintWriter out) {
    String version =
        Objects.requireNonNullElse(
            Version.class.getPackage().getImplementationVersion(), "of no release");
    String commit = System.getProperty(COMMIT, "");
    out.println("jackpot " + version + (commit.isEmpty() ? "" : ", commit " + commit));
    out.println("JDK " + Runtime.version() + ", " + System.getProperty("java.vm.name"));
    out.println("ops " + OpsLookup.explain());
  }
}

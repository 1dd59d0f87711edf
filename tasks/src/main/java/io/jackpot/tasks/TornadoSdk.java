package io.jackpot.tasks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An installed TornadoVM SDK and the flags that a JVM needs to run it. The flags are read from the
 * SDK's own argument file, as they differ from version to version and with the backends.
 *
 * @param home its folder, the value of {@code TORNADOVM_HOME}
 */
record TornadoSdk(Path home) {
  /** Where the SDK stands in its template. */
  private static final String PLACEHOLDER = "${TORNADOVM_HOME}";

  /** Whether the folder has what an SDK has. */
  boolean isThere() {
    return Files.isDirectory(jars()) && (Files.exists(template()) || Files.exists(argumentFile()));
  }

  /** The folder of its modules. */
  Path jars() {
    return home.resolve("share/java/tornado");
  }

  private Path template() {
    return home.resolve("tornado-argfile.template");
  }

  private Path argumentFile() {
    return home.resolve("tornado-argfile");
  }

  List<String> jvmFlags() throws IOException {
    List<String> flags = new ArrayList<>();
    if (Files.exists(template())) {
      for (String line : Files.readAllLines(template())) {
        if (!line.startsWith("#")) {
          for (String word : line.strip().split("\\s+", -1)) {
            if (!word.isEmpty()) {
              flags.add(word.replace(PLACEHOLDER, home.toString()));
            }
          }
        }
      }
    } else {
      flags.add("@" + argumentFile());
    }
    // A kernel that cannot be compiled is an error, not a loop in Java; and graphs of many tasks.
    flags.add("-Dtornado.recover.bailout=False");
    flags.add("-Dtornado.tvm.maxbytecodesize=1048576");
    return flags;
  }
}

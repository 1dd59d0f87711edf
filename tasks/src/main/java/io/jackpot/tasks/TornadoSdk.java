package io.jackpot.tasks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An installed TornadoVM SDK and the flags that a JVM needs to run it. The flags are read from the
 * SDK's own argument file, as they differ from version to version and with the backends.
 *
 * @param home its folder, the value of {@code TORNADOVM_HOME}
 */
record TornadoSdk(Path home) {
  /** The variable that names the folder. */
  static final String VARIABLE = "TORNADOVM_HOME";

  /**
   * Set so high that it never matters: TornadoVM would stop at 4 GB, and how much a run may take is
   * decided by its own plan of memory.
   */
  private static final String MEMORY = "-Dtornado.device.memory=1024GB";

  /**
   * TornadoVM lets OpenCL compilers assume that nothing is infinite or NaN; here both have a
   * meaning.
   */
  private static final String EXACT = "-Dtornado.opencl.compiler.flags=-w";

  private static final String JARS = "tornado-{api,runtime}-*.jar";
  private static final String VERSION = "version=";

  /** Where the SDK stands in its template. */
  private static final String PLACEHOLDER = "${TORNADOVM_HOME}";

  /** The SDKs that run here, and where they are, for people. */
  static final String RIGHT_ONE =
      "one whose name ends in -jdk22plus-cuda or -jdk22plus-opencl (sdk list tornadovm, or"
          + " https://www.tornadovm.org/downloads)";

  /** The version of an SDK ends in the JDK that it runs on, or in the first of them. */
  private static final Pattern FAMILY = Pattern.compile(".*-jdk(\\d+)(plus)?(-.*)?");

  /** The last JDK that has a family of SDKs of its own, which do not run on later ones. */
  private static final int ALONE = 21;

  /** Whether the folder has the files of an SDK. */
  boolean isThere() {
    return Files.isDirectory(jars()) && (Files.exists(template()) || Files.exists(argumentFile()));
  }

  /**
   * Why it does not run on this JDK; empty if it may. {@code bin/check-tornado} has the same rule.
   */
  Optional<String> refusal() throws IOException {
    Matcher family = FAMILY.matcher(version());
    if (!family.matches() || Integer.parseInt(family.group(1)) > ALONE) {
      return Optional.empty();
    }
    return Optional.of(
        "%s=%s: TornadoVM %s runs on JDK %s alone; install %s"
            .formatted(VARIABLE, home, version(), family.group(1), RIGHT_ONE));
  }

  /**
   * As the jars of its API or its runtime are named if they name a family, or else as {@code
   * etc/tornado.release} has it; empty if unknown.
   */
  private String version() throws IOException {
    if (Files.isDirectory(jars())) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(jars(), JARS)) {
        for (Path jar : all) {
          String version = jar.getFileName().toString().replaceAll("^tornado-[a-z]+-|\\.jar$", "");
          if (FAMILY.matcher(version).matches()) {
            return version;
          }
        }
      }
    }
    Path release = home.resolve("etc/tornado.release");
    return Files.exists(release)
        ? Files.readAllLines(release).stream()
            .filter(line -> line.startsWith(VERSION))
            .findFirst()
            .orElse("")
            .replace(VERSION, "")
        : "";
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
            if (!word.isEmpty() && !isOurs(word)) {
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
    flags.add(MEMORY);
    flags.add(EXACT);
    return flags;
  }

  /** The collector is ours to choose, and no class of ours uses previews. */
  private static boolean isOurs(String flag) {
    return flag.equals("--enable-preview") || flag.matches("-XX:\\+Use\\w+GC");
  }

  /** Prints the flags as an argument file of {@code java}, for the build and for bin/jackpot. */
  public static void main(String[] args) throws IOException {
    TornadoSdk sdk = new TornadoSdk(Path.of(System.getenv(VARIABLE)).toAbsolutePath());
    for (String flag : sdk.jvmFlags()) {
      System.out.println(flag.startsWith("@") ? flag : '"' + flag.replace("\\", "\\\\") + '"');
    }
  }
}

package io.jackpot.cli;

import com.sun.management.OperatingSystemMXBean;
import io.jackpot.config.Setting;
import io.jackpot.devices.Devices;
import io.jackpot.tensor.OpsLookup;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The command {@code doctor}: a report on this machine. */
final class Doctor {
  /** Suffix of keys whose values are sizes. */
  private static final String BYTES = "Bytes";

  private Doctor() {}

  private record Settings(@Setting(value = "false", help = "print one JSON object") boolean json) {}

  static CommandSpec command(Console console, Help help) {
    return Command.of(
        help,
        Settings.class,
        settings -> {
          ObjectNode report = report();
          if (settings.json) {
            console.print(report);
          } else {
            report.properties().forEach(entry -> print(console, entry.getKey(), entry.getValue()));
          }
        });
  }

  private static void print(Console console, String key, JsonNode value) {
    boolean isSize = key.endsWith(BYTES);
    String name = isSize ? key.substring(0, key.length() - BYTES.length()) : key;
    String text =
        isSize
            ? String.format(Locale.ROOT, "%.1f GiB", value.doubleValue() / (1 << 30))
            : value.asString();
    console.out().printf("%-12s %s%n", name, text);
  }

  private static ObjectNode report() throws IOException {
    Runtime runtime = Runtime.getRuntime();
    return JsonNodeFactory.instance
        .objectNode()
        .put("jdk", Runtime.version() + ", " + System.getProperty("java.vm.name"))
        .put("system", System.getProperty("os.name") + ", " + System.getProperty("os.arch"))
        .put("processors", runtime.availableProcessors())
        .put("ops", OpsLookup.explain())
        .put("heap" + BYTES, runtime.maxMemory())
        .put(
            "memory" + BYTES,
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize())
        .put("freeDisk" + BYTES, Files.getFileStore(Path.of("").toAbsolutePath()).getUsableSpace())
        .put("tornadovm", Devices.provider().describe());
  }
}

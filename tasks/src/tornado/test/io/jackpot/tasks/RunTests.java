package io.jackpot.tasks;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Runs tests where there is no Maven: of each argument that is a folder those of its classes, of
 * each other one those of the class that it names. Each test is printed before it begins, so that
 * one which hangs is known.
 */
final class RunTests {
  private RunTests() {}

  public static void main(String[] args) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(Arrays.stream(args).flatMap(RunTests::selectors).toList())
            .build();
    Launcher launcher = LauncherFactory.create();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    launcher.execute(request, summary, new Names());
    summary.getSummary().printTo(new PrintWriter(System.out));
    summary.getSummary().printFailuresTo(new PrintWriter(System.out), 12);
    System.exit(summary.getSummary().getTotalFailureCount() > 0 ? 1 : 0);
  }

  private static Stream<? extends DiscoverySelector> selectors(String argument) {
    Path path = Path.of(argument);
    return Files.isDirectory(path)
        ? selectClasspathRoots(Set.of(path)).stream()
        : Stream.of(selectClass(argument));
  }

  private static final class Names implements TestExecutionListener {
    @Override
    public void executionStarted(TestIdentifier test) {
      if (test.isTest()) {
        System.out.println(test.getUniqueId());
      }
    }
  }
}

package io.jackpot.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules hold for the project, and each is broken by a small project made to break it. */
class ArchitectureTest {
  private static final Architecture PROJECT =
      new Architecture(Path.of("..").toAbsolutePath().normalize());

  private final Architecture fixture;

  ArchitectureTest(@TempDir Path temporary) throws IOException {
    fixture = new Architecture(temporary.toRealPath());
    for (String module :
        List.of(
            "tensor", "transformer", "weights-loader", "tasks", "problems", "jackpot", "bench")) {
      Files.createDirectories(fixture.root().resolve(module).resolve("target/classes"));
    }
  }

  @Test
  void importsPointUpTheTable() {
    JavaClasses classes = PROJECT.importClasses();
    assertThat(classes.contain("io.jackpot.tensor.Ops")).isTrue();
    PROJECT.importsPointUp().forEach(rule -> rule.check(classes));
  }

  @Test
  void anImportDownTheTableIsFound() throws IOException {
    compile("transformer", "io.jackpot.transformer.Model", "");
    compile("tensor", "io.jackpot.tensor.Ops", "io.jackpot.transformer.Model model;");
    assertThat(broken(fixture.importsPointUp()))
        .singleElement()
        .asString()
        .contains("are in tensor", "io.jackpot.transformer.Model");
  }

  @Test
  void theModuleCountsNotThePackage() throws IOException {
    compile("tensor", "io.jackpot.tensor.Gemm", "");
    compile("bench", "io.jackpot.tensor.GemmBenchmark", "Gemm gemm;");
    assertThat(broken(fixture.importsPointUp())).isEmpty();
    compile("tensor", "io.jackpot.tensor.Ops", "GemmBenchmark benchmark;");
    assertThat(broken(fixture.importsPointUp())).hasSize(1);
  }

  @Test
  void onlyTheTornadoFolderNamesTornadoVm() {
    PROJECT.onlyTheTornadoFolderNamesTornadoVm().check(PROJECT.importClasses());
  }

  @Test
  void tornadoVmOutsideItsFolderIsFound() throws IOException {
    String api = "uk.ac.manchester.tornado.api.TaskGraph";
    compile("sdk", api, "");
    compile("tensor", "io.jackpot.tensor.Ops", "");
    compile("tasks", "io.jackpot.tasks.Devices", api + " graph;");
    ArchRule rule = fixture.onlyTheTornadoFolderNamesTornadoVm();
    assertThatThrownBy(() -> rule.check(fixture.importClasses()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("io.jackpot.tasks.Devices");

    Path folder = fixture.root().resolve("tasks/src/tornado/java/io/jackpot/tasks");
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("Devices.java"), "");
    rule.check(fixture.importClasses());
  }

  @Test
  void packagesAreFreeOfCycles() {
    PROJECT.packagesAreFreeOfCycles().check(PROJECT.importClasses());
  }

  @Test
  void aCycleOfPackagesIsFound() throws IOException {
    compile("jackpot", "io.jackpot.rl.Losses", "");
    compile("jackpot", "io.jackpot.train.Trainer", "io.jackpot.rl.Losses losses;");
    fixture.packagesAreFreeOfCycles().check(fixture.importClasses());
    compile("jackpot", "io.jackpot.rl.Losses", "io.jackpot.train.Trainer trainer;");
    assertThatThrownBy(() -> fixture.packagesAreFreeOfCycles().check(fixture.importClasses()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("Cycle detected");
  }

  @Test
  void packagesBeginWithTheRoot() throws IOException {
    PROJECT.packagesBeginWithTheRoot().check(PROJECT.importClasses());
    compile("tensor", "tensors.Ops", "");
    assertThatThrownBy(() -> fixture.packagesBeginWithTheRoot().check(fixture.importClasses()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("tensors.Ops");
  }

  /** The messages of the rules that the fixture breaks. */
  private List<String> broken(List<ArchRule> rules) {
    JavaClasses classes = fixture.importClasses();
    return rules.stream()
        .map(rule -> rule.evaluate(classes))
        .filter(result -> result.hasViolation())
        .map(result -> result.getFailureReport().toString())
        .toList();
  }

  /** Compiles a class with this body into a module of the fixture, against all compiled before. */
  private void compile(String module, String name, String body) throws IOException {
    int dot = name.lastIndexOf('.');
    Path source =
        fixture.root().resolve(Path.of("source", module, name.substring(dot + 1) + ".java"));
    Files.createDirectories(source.getParent());
    Files.writeString(
        source,
        "package %s;%npublic class %s { %s }%n"
            .formatted(name.substring(0, dot), name.substring(dot + 1), body));
    Path classes = fixture.root().resolve(module).resolve("target/classes");
    Files.createDirectories(classes);
    List<String> classPath = new ArrayList<>();
    try (var modules = Files.list(fixture.root())) {
      modules.forEach(folder -> classPath.add(folder.resolve("target/classes").toString()));
    }
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-d",
                classes.toString(),
                "-classpath",
                String.join(File.pathSeparator, classPath),
                source.toString());
    assertThat(status).isZero();
  }
}

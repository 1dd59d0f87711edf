package io.jackpot.bench;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * The rules of {@code docs/architecture.md} for the project in {@code root}. A class belongs to the
 * module whose folder it was compiled into, whatever its package is.
 */
record Architecture(Path root) {
  private static final String CLASSES = "target/classes";

  /** A module's folder and the modules that it may import. */
  private record Module(String folder, Set<String> imports) {}

  private static final List<Module> MODULES =
      List.of(
          new Module("tensor", Set.of()),
          new Module("transformer", Set.of("tensor")),
          new Module("weights-loader", Set.of("tensor", "transformer")),
          new Module("tasks", Set.of("tensor", "transformer")),
          new Module("problems", Set.of("tensor", "weights-loader")),
          new Module(
              "jackpot", Set.of("tensor", "transformer", "weights-loader", "tasks", "problems")),
          new Module(
              "bench",
              Set.of("tensor", "transformer", "weights-loader", "tasks", "problems", "jackpot")));

  /** The classes of all modules, without their tests. */
  JavaClasses importClasses() {
    return new ClassFileImporter()
        .importPaths(MODULES.stream().map(module -> classFolder(module.folder())).toList());
  }

  /** Each module imports those above it in the table alone. */
  List<ArchRule> importsPointUp() {
    return MODULES.stream().map(this::importsPointUp).toList();
  }

  private ArchRule importsPointUp(Module module) {
    DescribedPredicate<JavaClass> others =
        describe(
            "another module than " + module.imports(),
            target ->
                MODULES.stream()
                    .map(Module::folder)
                    .filter(folder -> !folder.equals(module.folder()))
                    .filter(folder -> !module.imports().contains(folder))
                    .anyMatch(folder -> isIn(folder, target)));
    return noClasses()
        .that(describe("are in " + module.folder(), type -> isIn(module.folder(), type)))
        .should()
        .dependOnClassesThat(others)
        .allowEmptyShould(true);
  }

  /** Only what stands in {@code tasks/src/tornado} names TornadoVM. */
  ArchRule onlyTheTornadoFolderNamesTornadoVm() {
    return noClasses()
        .that(describe("are not from tasks/src/tornado", type -> !isFromTornadoFolder(type)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("uk.ac.manchester.tornado..");
  }

  /** The packages of a module do not depend on one another in a circle. */
  SliceRule packagesAreFreeOfCycles() {
    return slices().matching("io.jackpot.(**)").should().beFreeOfCycles();
  }

  /** The package root. */
  ArchRule packagesBeginWithTheRoot() {
    return classes().should().resideInAPackage("io.jackpot..");
  }

  private Path classFolder(String module) {
    return root.resolve(module).resolve(CLASSES);
  }

  private boolean isIn(String module, JavaClass type) {
    String folder = classFolder(module).toUri().toString();
    return type.getSource().map(s -> s.getUri().toString().startsWith(folder)).orElse(false);
  }

  private boolean isFromTornadoFolder(JavaClass type) {
    return isIn("tasks", type)
        && type.getSource()
            .flatMap(source -> source.getFileName())
            .map(file ->
                root.resolve("tasks/src/tornado/java")
                    .resolve(type.getPackageName().replace('.', '/'))
                    .resolve(file))
            .map(Files::exists)
            .orElse(false);
  }
}

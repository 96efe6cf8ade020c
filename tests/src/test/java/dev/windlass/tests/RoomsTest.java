package dev.windlass.tests;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** The house: which room may use which other, what each may use from outside, and no cycles between packages. */
class RoomsTest {

    private static final String ROOT = "dev.windlass.";

    /** For each room the rooms that it may use. A new room is entered here, and its module in this one's pom.xml. */
    private static final Map<String, Set<String>> ROOMS = Map.ofEntries(
            Map.entry("lifecycle", Set.of()),
            Map.entry("workqueue", Set.of("lifecycle")),
            Map.entry("kubernetes", Set.of("lifecycle")),
            Map.entry("controller", Set.of("lifecycle", "workqueue", "kubernetes")),
            Map.entry("server", Set.of("lifecycle")),
            Map.entry("modules", Set.of("lifecycle")),
            Map.entry("apiserver", Set.of()),
            Map.entry("testkit", Set.of("lifecycle", "apiserver")),
            Map.entry("examples", Set.of("lifecycle", "workqueue", "kubernetes", "controller", "server", "modules")),
            Map.entry("cli", Set.of("lifecycle", "workqueue", "kubernetes", "controller", "server", "modules",
                    "apiserver", "examples")));

    /** Programs and examples, which are not there to be called. */
    private static final Set<String> NO_LIBRARIES = Set.of("cli", "examples");

    /** What every room may use from outside the JDK: annotations, a log without a backend. */
    private static final Set<String> EVERYWHERE = Set.of("org.jspecify", "org.slf4j");

    private static final String METERS = "io.prometheus.metrics";
    private static final String JACKSON = "tools.jackson";
    private static final String JETTY = "org.eclipse.jetty";
    private static final String FABRIC8 = "io.fabric8.kubernetes";

    /** For each room what else it may use from outside the JDK; docs/dependencies.md says why. */
    private static final Map<String, Set<String>> LIBRARIES = Map.of(
            "lifecycle", Set.of(METERS),
            "workqueue", Set.of(METERS),
            "kubernetes", Set.of(METERS, FABRIC8, JACKSON, "io.vertx"),
            "controller", Set.of(METERS, FABRIC8),
            "server", Set.of(METERS, JETTY, JACKSON, "com.fasterxml.jackson.annotation"),
            "modules", Set.of(METERS, "com.sun.management"),
            "apiserver", Set.of(JETTY, JACKSON, "com.fasterxml.jackson.annotation", "io.fabric8.zjsonpatch",
                    "com.google.re2j", "dev.cel", "com.google.common", "org.snakeyaml.engine"),
            "testkit", Set.of(JACKSON, "org.junit", "com.sun.management"),
            "examples", Set.of(FABRIC8, "com.fasterxml.jackson.annotation"),
            "cli", Set.of(FABRIC8, JACKSON, "picocli", "ch.qos.logback"));

    /** The rooms that run for users. */
    private static final Set<String> WITH_UNITS = Set.of("lifecycle", "workqueue", "kubernetes", "controller",
            "server", "modules");

    /** Words that name no thing. */
    private static final Set<String> EMPTY_WORDS = Set.of("util", "utils", "common", "impl", "helper", "helpers",
            "misc");

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.windlass");

    @Test
    void theRoomsAreThoseThatAreKnownAndEachIsLookedAt() {
        Set<String> rooms = new TreeSet<>();
        classes.forEach(type -> rooms.add(room(type)));
        assertThat(rooms).isEqualTo(new TreeSet<>(ROOMS.keySet()));
        assertThat(LIBRARIES.keySet()).isEqualTo(ROOMS.keySet());
    }

    @Test
    void aRoomUsesOnlyTheRoomsBelowIt() {
        assertThat(violations((from, to) -> isOurs(to) && !room(from).equals(room(to))
                && !ROOMS.getOrDefault(room(from), Set.of()).contains(room(to)))).isEmpty();
    }

    @Test
    void aRoomUsesOnlyTheLibrariesItMay() {
        assertThat(violations((from, to) -> !isOurs(to) && !isOfTheJdk(to)
                && Stream.concat(EVERYWHERE.stream(), LIBRARIES.getOrDefault(room(from), Set.of()).stream())
                        .noneMatch(allowed -> isIn(to, allowed))))
                .isEmpty();
    }

    @Test
    void internalsOfARoomAreItsOwn() {
        assertThat(violations((from, to) -> isOurs(to) && isInternal(to) && !room(from).equals(room(to)))).isEmpty();
    }

    @Test
    void publicTypesOfALibraryAreInItsRootPackage() {
        assertThat(names(type -> isPublic(type) && !isInternal(type) && !NO_LIBRARIES.contains(room(type))
                && !type.getPackageName().equals(ROOT + room(type)))).isEmpty();
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("dev.windlass.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void packagesAreNullMarkedAndNamedAfterThings() {
        Set<String> packages = new TreeSet<>();
        classes.forEach(type -> packages.add(type.getPackageName()));
        assertThat(packages).allSatisfy(name -> {
            assertThat(classes.get(name + ".package-info").isAnnotatedWith(NullMarked.class)).as(name).isTrue();
            assertThat(name.split("\\.")).doesNotContainAnyElementsOf(EMPTY_WORDS);
        });
    }

    /** Two managers in one JVM do not see each other: what is static never changes. */
    @Test
    void noLibraryKeepsStateInAStaticField() {
        assertThat(classes.stream().filter(type -> !NO_LIBRARIES.contains(room(type)))
                .flatMap(type -> type.getFields().stream())
                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC)
                        && !field.getModifiers().contains(JavaModifier.FINAL))
                .map(field -> field.getFullName())).isEmpty();
    }

    /**
     * All time goes through {@code TimeSource}, and what is random through one seeded source, so that tests can drive it. Whoever is
     * not in the list calls nothing of this.
     */
    @Test
    void timeAndChanceComeFromOnePlaceEach() {
        Map<String, String> places = Map.of(
                "dev.windlass.lifecycle.SystemTime", "the clock of the JVM behind TimeSource",
                "dev.windlass.lifecycle.Manager", "the random source, unless its builder is given a seeded one",
                "dev.windlass.controller.Dispatch", "identifiers of reconciliations, for logs");
        Set<String> owners = Set.of("java.util.Random.<init>", "java.util.concurrent.ThreadLocalRandom.current",
                "java.lang.Math.random", "java.lang.System.nanoTime", "java.lang.System.currentTimeMillis",
                "java.time.Instant.now", "java.time.LocalDateTime.now", "java.time.Clock.systemUTC",
                "java.lang.Thread.sleep", "java.util.concurrent.locks.LockSupport.parkNanos",
                "java.util.concurrent.locks.LockSupport.parkUntil", "java.util.Timer.<init>");
        assertThat(callers(owners)).isEqualTo(new TreeSet<>(places.keySet()));
    }

    /**
     * What a unit runs on are threads of its context, which are named after it, counted and awaited. All other threads have a name and
     * one of these purposes; none of them runs code of a unit.
     */
    @Test
    void threadsAreMadeInFewPlacesAndNamed() {
        Map<String, String> places = Map.ofEntries(
                Map.entry("dev.windlass.lifecycle.Scheduling", "the threads of units, named by UnitThreads"),
                Map.entry("dev.windlass.lifecycle.Incarnation", "the platform threads of units"),
                Map.entry("dev.windlass.lifecycle.SystemTime", "the timer"),
                Map.entry("dev.windlass.lifecycle.Promise", "callbacks of operations"),
                Map.entry("dev.windlass.lifecycle.Quarantine", "the end of the process"),
                Map.entry("dev.windlass.kubernetes.ConnectionListener", "whom the manager tells of connections"),
                Map.entry("dev.windlass.kubernetes.Exchange",
                        "parts of one request, which is in the ledger of its owner"),
                Map.entry("dev.windlass.kubernetes.Transport", "fresh credentials for one request"),
                Map.entry("dev.windlass.kubernetes.InformerRegistry", "the end of a watch that lingers"),
                Map.entry("dev.windlass.kubernetes.Clusters", "the last round of the event loops"),
                Map.entry("dev.windlass.modules.internal.proof.UnloadWatch", "waits for class loaders to go"),
                Map.entry("dev.windlass.modules.Unloads", "the search for what holds one"));
        assertThat(callers(Set.of("java.lang.Thread.ofVirtual", "java.lang.Thread.ofPlatform",
                "java.lang.Thread.<init>"))).isEqualTo(new TreeSet<>(places.keySet()));
        assertThat(callers(Set.of("java.lang.Thread.startVirtualThread", "java.util.concurrent.ForkJoinPool.commonPool",
                "java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor",
                "java.util.concurrent.CompletableFuture.runAsync",
                "java.util.concurrent.CompletableFuture.supplyAsync"))).as("they have no name").isEmpty();
    }

    /** The top-level classes of the rooms with units in them that call one of these, or refer to it. */
    private Set<String> callers(Set<String> targets) {
        Set<String> found = new TreeSet<>();
        for (JavaClass type : classes) {
            if (WITH_UNITS.contains(room(type)) && type.getCodeUnits().stream()
                    .flatMap(unit -> Stream.concat(unit.getCallsFromSelf().stream(),
                            Stream.concat(unit.getMethodReferencesFromSelf().stream(),
                                    unit.getConstructorReferencesFromSelf().stream())))
                    .anyMatch(call -> targets
                            .contains(call.getTargetOwner().getName() + "." + call.getTarget().getName()))) {
                found.add(type.getName().replaceFirst("\\$.*", ""));
            }
        }
        return found;
    }

    private interface Forbidden {

        boolean test(JavaClass from, JavaClass to);
    }

    private List<String> violations(Forbidden forbidden) {
        return classes.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .filter(use -> forbidden.test(use.getOriginClass(), use.getTargetClass().getBaseComponentType()))
                .map(Dependency::getDescription).distinct().sorted().toList();
    }

    private List<String> names(Predicate<JavaClass> which) {
        return classes.stream().filter(which).map(JavaClass::getName).sorted().toList();
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(RoomsTest::isPublic).orElse(true);
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith(ROOT);
    }

    private static boolean isInternal(JavaClass type) {
        return isIn(type, ROOT + room(type) + ".internal");
    }

    private static boolean isOfTheJdk(JavaClass type) {
        return type.isPrimitive() || isIn(type, "java") || isIn(type, "javax");
    }

    private static boolean isIn(JavaClass type, String where) {
        return type.getPackageName().equals(where) || type.getPackageName().startsWith(where + ".");
    }

    private static String room(JavaClass type) {
        String rest = type.getPackageName().substring(ROOT.length());
        int end = rest.indexOf('.');
        return end < 0 ? rest : rest.substring(0, end);
    }
}

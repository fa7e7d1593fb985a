package dev.understudy.tests.tidy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Draws the table of `engine/ARCHITECTURE.md`: which house may know which.
class ArchitectureTest {
    private static final String OURS = "dev.understudy";

    /// Rooms of the node that others may know: folders and records on disk, the journal's writer,
    /// links between nodes.
    private static final Set<String> OPEN_ROOMS = Set.of("store", "journal", "link");

    /// Rooms that see several others.
    private static final Set<String> WIRING = Set.of("main", "failover");

    private static JavaClasses product;

    @BeforeAll
    static void read() {
        product =
                new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages(OURS);
    }

    @Test
    void archiveFormatKnowsNothingOfOurs() {
        onlyOurs("..understudy.safe..", "safe").check(product);
    }

    @Test
    void coreKnowsItselfAlone() {
        onlyOurs("..understudy.core..", "core").check(product);
        onlyOurs("..understudy.core.member..", "core.member").check(product);
        onlyOurs("..understudy.core.failover..", "core.failover", "core.rules", "core.member")
                .check(product);
        onlyOurs("..understudy.core.rules..", "core.rules", "core.member").check(product);
        onlyOurs("..understudy.core.register..", "core.register", "core.member").check(product);
        onlyOurs("..understudy.core.rfs..", "core.rfs", "core.member").check(product);
        onlyOurs(
                        "..understudy.core.replay..",
                        "core.replay",
                        "core.failover",
                        "core.rules",
                        "core.member")
                .check(product);
    }

    @Test
    void coreIsPure() {
        noClasses()
                .that()
                .resideInAPackage("..understudy.core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.net..",
                        "java.nio.file..",
                        "java.nio.channels..",
                        "java.util.logging..",
                        "java.util.concurrent..",
                        "java.lang.foreign..",
                        "org.slf4j..")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Thread.class)
                .because(
                        "the simulator runs the same classes under its own clock, network and disk")
                .allowEmptyShould(true)
                .check(product);
    }

    @Test
    void posixKnowsItselfAlone() {
        onlyOurs("..understudy.posix..", "posix").check(product);
    }

    @Test
    void foreignCallsLiveInPosix() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..understudy.posix..", "..understudy.tests..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
                .check(product);
    }

    @Test
    void guardKnowsPosixOnly() {
        onlyOurs("..understudy.guard..", "guard", "posix").allowEmptyShould(true).check(product);
    }

    @Test
    void scriptHostKnowsTheArchiveFormatOnly() {
        onlyOurs("..understudy.script..", "script", "safe").allowEmptyShould(true).check(product);
    }

    @Test
    void toolsNeverKnowNodeOrPosix() {
        onlyOurs("..understudy.tools..", "tools", "safe", "script", "core")
                .allowEmptyShould(true)
                .check(product);
    }

    @Test
    void roomsOfTheNodeDoNotKnowEachOther() {
        classes()
                .that()
                .resideInAPackage("..understudy.node..")
                .should(stayInTheirRoom())
                .allowEmptyShould(true)
                .check(product);
    }

    @Test
    void nothingDependsOnTests() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..understudy.tests..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..understudy.tests..")
                .check(product);
    }

    private static ArchRule onlyOurs(String who, String... allowed) {
        DescribedPredicate<JavaClass> stranger =
                DescribedPredicate.describe(
                        "belong to another house than " + String.join(", ", allowed),
                        type -> isOurs(type) && !isIn(type, allowed));
        return noClasses()
                .that()
                .resideInAPackage(who)
                .should()
                .dependOnClassesThat(stranger)
                .allowEmptyShould(true);
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith(OURS + ".");
    }

    private static boolean isIn(JavaClass type, String... packages) {
        for (String name : packages) {
            String full = OURS + "." + name;
            if (type.getPackageName().equals(full)
                    || type.getPackageName().startsWith(full + ".")) {
                return true;
            }
        }
        return false;
    }

    private static ArchCondition<JavaClass> stayInTheirRoom() {
        return new ArchCondition<>("know only the core, posix, safe-format and open rooms") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                String own = room(type);
                if (WIRING.contains(own)) {
                    return;
                }
                type.getDirectDependenciesFromSelf()
                        .forEach(dependency -> {
                            String other = room(dependency.getTargetClass());
                            if (!other.isEmpty()
                                    && !other.equals(own)
                                    && !OPEN_ROOMS.contains(other)) {
                                events.add(
                                        SimpleConditionEvent.violated(
                                                type, dependency.getDescription()));
                            }
                        });
            }
        };
    }

    /// The room of a class of the node, such as `vip`; empty for all others.
    private static String room(JavaClass type) {
        String prefix = OURS + ".node.";
        String name = type.getPackageName();
        if (!name.startsWith(prefix)) {
            return "";
        }
        int dot = name.indexOf('.', prefix.length());
        return dot < 0 ? name.substring(prefix.length()) : name.substring(prefix.length(), dot);
    }
}

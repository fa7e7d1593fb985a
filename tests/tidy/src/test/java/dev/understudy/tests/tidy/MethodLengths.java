package dev.understudy.tests.tidy;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// Measures methods with the compiler's own parser.
final class MethodLengths {
    private MethodLengths() {}

    /// Gives, for each method longer than `linesMax`, `file#method` and its length in lines, first
    /// to last.
    static Map<String, Long> longerThan(int linesMax, List<Path> files) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, Long> found = new TreeMap<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask)
                            compiler.getTask(
                                    null,
                                    manager,
                                    null,
                                    List.of("-proc:none"),
                                    null,
                                    manager.getJavaFileObjectsFromPaths(new ArrayList<>(files)));
            Trees trees = Trees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(trees, unit, linesMax, found).scan(unit, "");
            }
        }
        return found;
    }

    private static final class Scanner extends TreePathScanner<Void, String> {
        private final Trees trees;
        private final CompilationUnitTree unit;
        private final int linesMax;
        private final Map<String, Long> found;

        Scanner(Trees trees, CompilationUnitTree unit, int linesMax, Map<String, Long> found) {
            this.trees = trees;
            this.unit = unit;
            this.linesMax = linesMax;
            this.found = found;
        }

        @Override
        public Void visitClass(ClassTree tree, String outer) {
            return super.visitClass(tree, tree.getSimpleName().toString());
        }

        @Override
        public Void visitMethod(MethodTree method, String owner) {
            long start = trees.getSourcePositions().getStartPosition(unit, method);
            long end = trees.getSourcePositions().getEndPosition(unit, method);
            if (start >= 0 && end >= 0) {
                long lines =
                        unit.getLineMap().getLineNumber(end)
                                - unit.getLineMap().getLineNumber(start)
                                + 1;
                if (lines > linesMax) {
                    String file = Project.name(Path.of(unit.getSourceFile().toUri()));
                    found.merge(file + "#" + method.getName(), lines, Math::max);
                }
            }
            return super.visitMethod(method, owner);
        }
    }
}

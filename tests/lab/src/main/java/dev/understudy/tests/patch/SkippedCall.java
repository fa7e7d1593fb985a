package dev.understudy.tests.patch;

import dev.understudy.tests.lab.LabException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarFile;

/// A build of one class in which calls of a method are skipped: their arguments are dropped, zero
/// is the result.
///
/// @param className the class to change, with dots
/// @param method the method in which calls are skipped
/// @param callee the name of the method whose calls are skipped, such as `force`
public record SkippedCall(String className, String method, String callee) {

    /// Writes the changed class below `folder`.
    ///
    /// @param jar where the shipped class is
    /// @return `folder`
    /// @throws LabException when the method has no such call: the test build would test nothing
    public Path write(Path jar, Path folder) throws IOException {
        String entry = className.replace('.', '/') + ".class";
        try (JarFile file = new JarFile(jar.toFile())) {
            var found = file.getJarEntry(entry);
            if (found == null) {
                throw new LabException("no " + entry + " in " + jar);
            }
            try (InputStream in = file.getInputStream(found)) {
                Path target = folder.resolve(entry);
                Files.createDirectories(target.getParent());
                Files.write(target, change(in.readAllBytes()));
                return folder;
            }
        }
    }

    private byte[] change(byte[] shipped) {
        AtomicInteger skipped = new AtomicInteger();
        ClassFile compiler = ClassFile.of();
        ClassModel model = compiler.parse(shipped);
        byte[] changed =
                compiler.transformClass(
                        model,
                        ClassTransform.transformingMethodBodies(
                                candidate -> candidate.methodName().equalsString(method),
                                (code, element) -> copyOrSkip(code, element, skipped)));
        if (skipped.get() == 0) {
            throw new LabException(className + "." + method + " does not call " + callee);
        }
        return changed;
    }

    private void copyOrSkip(CodeBuilder code, CodeElement element, AtomicInteger skipped) {
        if (element instanceof InvokeInstruction call && call.name().equalsString(callee)) {
            skipped.incrementAndGet();
            drop(code, call);
        } else {
            code.with(element);
        }
    }

    private static void drop(CodeBuilder code, InvokeInstruction call) {
        MethodTypeDesc type = call.typeSymbol();
        for (int i = type.parameterCount() - 1; i >= 0; i--) {
            pop(code, type.parameterType(i));
        }
        if (call.opcode() != Opcode.INVOKESTATIC) {
            code.pop();
        }
        switch (TypeKind.from(type.returnType())) {
            case VOID -> {}
            case LONG -> code.lconst_0();
            case FLOAT -> code.fconst_0();
            case DOUBLE -> code.dconst_0();
            case REFERENCE -> code.aconst_null();
            case INT, BOOLEAN, BYTE, CHAR, SHORT -> code.iconst_0();
        }
    }

    private static void pop(CodeBuilder code, ClassDesc type) {
        if (TypeKind.from(type).slotSize() == 2) {
            code.pop2();
        } else {
            code.pop();
        }
    }
}

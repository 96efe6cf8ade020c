package dev.windlass.modules;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;

/**
 * Lets a module's {@code System.exit}, {@code Runtime.exit} and {@code Runtime.halt} end the unit that calls it instead of everybody:
 * the calls are replaced when the class is loaded. Calls by reflection and by method references stay as they are.
 */
final class Exits {

    private static final ClassDesc REFUSAL = ClassDesc.of(ExitRefusedException.class.getName());
    private static final MethodTypeDesc REFUSED = MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
    private static final MethodTypeDesc REFUSED_OF = MethodTypeDesc.of(ConstantDescs.CD_void,
            ClassDesc.of("java.lang.Runtime"), ConstantDescs.CD_int);
    private static final byte[][] NAMES = {"exit".getBytes(StandardCharsets.UTF_8),
            "halt".getBytes(StandardCharsets.UTF_8)};

    private Exits() {
    }

    /** The same class without such calls; the same array when it has none. */
    static byte[] replaceIn(byte[] type) {
        if (!mentions(type)) {
            return type;
        }
        ClassFile files = ClassFile.of();
        ClassModel model;
        try {
            model = files.parse(type);
        } catch (IllegalArgumentException e) {
            return type; // the JVM says better what is wrong with it
        }
        return files.transformClass(model, ClassTransform.transformingMethodBodies(Exits::replace));
    }

    private static boolean mentions(byte[] type) {
        for (byte[] name : NAMES) {
            for (int i = 0; i + name.length + 3 <= type.length; i++) {
                if (type[i] == 1 && type[i + 1] == 0 && type[i + 2] == name.length && matches(type, i + 3, name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean matches(byte[] type, int at, byte[] name) {
        for (int i = 0; i < name.length; i++) {
            if (type[at + i] != name[i]) {
                return false;
            }
        }
        return true;
    }

    private static void replace(CodeBuilder code, CodeElement element) {
        if (element instanceof InvokeInstruction call && call.typeSymbol().equals(REFUSED)) {
            if (call.opcode() == Opcode.INVOKESTATIC && isOf(call.owner(), "java/lang/System")
                    && call.name().equalsString("exit")) {
                code.invokestatic(REFUSAL, "refuse", REFUSED);
                return;
            }
            if (isOf(call.owner(), "java/lang/Runtime")
                    && (call.name().equalsString("exit") || call.name().equalsString("halt"))) {
                code.invokestatic(REFUSAL, "refuse", REFUSED_OF);
                return;
            }
        }
        code.with(element);
    }

    private static boolean isOf(ClassEntry owner, String name) {
        return owner.asInternalName().equals(name);
    }
}

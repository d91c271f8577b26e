using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KubeWol.Agent.Delivery;

/// <summary>The spool's directory. All of it may block for as long as the disk does, and what does not begin with Try may throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</summary>
internal sealed partial class SpoolFolder(string path)
{
    /// <summary>Damaged files that are kept for somebody to look at; more are deleted.</summary>
    public const int MostCorrupt = 100;

    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Unfinished = ".tmp";
    private const string Proof = "proof";

    /// <summary>Where damaged files go.</summary>
    public string Corrupt { get; } = Path.Combine(path, "corrupt");

    /// <summary>Makes sure that it is there.</summary>
    public void Create() => Directory.CreateDirectory(path, OwnersFile | UnixFileMode.UserExecute);

    /// <summary>Writes a file so that it is there whole, or not at all, whatever happens: under another name first, and to the platter before it gets its own.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var (unfinished, file) = (Path.Combine(path, name + Unfinished), Path.Combine(path, name));
        try
        {
            using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0, UnixCreateMode = OwnersFile }))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, file, overwrite: true);
        }
        catch (IOException)
        {
            Try(() => File.Delete(unfinished)); // half a file is no use to anybody, and the disk may be full
            throw;
        }

        Flush();
    }

    /// <summary>Deletes a file. It may come back when the power fails now; then the API server knows its request already.</summary>
    public void Delete(string name)
    {
        if (Has(name)) File.Delete(Path.Combine(path, name));
    }

    /// <summary>Whether a file is there.</summary>
    public bool Has(string name) => File.Exists(Path.Combine(path, name));

    /// <summary>Writes as much as a message may take up, and deletes it.</summary>
    public void Prove()
    {
        Write(Proof, new byte[SpooledMessage.LongestFile]);
        Delete(Proof);
    }

    /// <summary>The names of all files of ours; what was never finished is deleted, as far as that can be done. Others' files are left alone.</summary>
    public IReadOnlyList<string> List()
    {
        var names = new List<string>();
        foreach (var file in Directory.EnumerateFiles(path, RequestName.Prefix + "*"))
        {
            if (file.EndsWith(Unfinished, StringComparison.Ordinal)) Try(() => File.Delete(file));
            else names.Add(Path.GetFileName(file));
        }

        return names;
    }

    /// <summary>Reads a file, but no more of it than a file of ours can have, and one byte; null where that cannot be done.</summary>
    public byte[]? TryRead(string name)
    {
        var content = new byte[SpooledMessage.LongestFile + 1];
        var length = 0;
        var isRead = Try(() =>
        {
            using var stream = File.OpenRead(Path.Combine(path, name));
            length = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        });
        return isRead ? content[..length] : null;
    }

    /// <summary>Puts a damaged file where nobody stumbles over it again; false where that cannot be done.</summary>
    public bool TrySetAside(string name) => Try(() =>
    {
        Directory.CreateDirectory(Corrupt, OwnersFile | UnixFileMode.UserExecute);
        if (Directory.EnumerateFiles(Corrupt).Take(MostCorrupt).Count() == MostCorrupt) Delete(name);
        else File.Move(Path.Combine(path, name), Path.Combine(Corrupt, name), overwrite: true);
    });

    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // a file that can be neither read nor moved must not keep the others from being read
        }
    }

    /// <summary>A file that got its name is only there after a power failure if the directory reached the disk, too.</summary>
    private void Flush()
    {
        const int readOnly = 0, closeOnExec = 0x80000; // the same on x86-64 and arm64
        using var directory = new SafeFileHandle(Open(path, readOnly | closeOnExec), ownsHandle: true);
        if (directory.IsInvalid || FlushToDisk(directory) != 0) throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial nint Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushToDisk(SafeFileHandle file);
}

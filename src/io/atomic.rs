//! Writing files so that they appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Writes a file through a temporary one beside it, which takes its place when everything is written.
///
/// An existing file keeps its permissions, and a link is followed. What is no file (a device, a pipe) is
/// written as it is.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("plan.json");
/// lienket::io::write_atomically(&path, |writer| writer.write_all(b"{}"))?;
/// assert_eq!(std::fs::read(&path)?, b"{}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Unreadable`] naming the path. What was there before is then still there.
pub fn write_atomically(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let path = path.as_ref();
    place(path, write).map_err(|error| unwritable(path, &error))
}

fn place(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let there = fs::metadata(path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file() && !there.is_dir()) {
        let mut writer = BufWriter::new(File::options().write(true).open(path)?);
        write(&mut writer)?;
        return writer.flush();
    }
    let target = if there.is_some() { fs::canonicalize(path)? } else { path.to_owned() };
    let mut temporary = new_file(&parent(&target))?;
    let mut writer = BufWriter::new(temporary.as_file_mut());
    write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    if let Some(there) = there {
        temporary.as_file().set_permissions(there.permissions())?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// A temporary file in a folder, as readable to others as a file that is created there.
pub(super) fn new_file(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lienket-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// The folder that a path stands in.
pub(super) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> Error {
    let help = if error.kind() == io::ErrorKind::NotFound {
        "Create the folder it is to stand in first."
    } else {
        "Check the path, its permissions and the space left; nothing was changed there."
    };
    Error::Unreadable {
        place: path.display().to_string(),
        message: format!("it cannot be written: {error}"),
        help: help.to_owned(),
    }
}
